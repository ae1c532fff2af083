"""A pickle from outside yields arrays and nothing else; whatever it asks to run is refused and not run."""

from __future__ import annotations

import io
import os
import pickle
import struct
import subprocess
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from chainrule.data.restricted_pickle import load_arrays
from chainrule.errors import InputError


class Runs:
    """Pickles to a call of ``function``."""

    def __init__(self, function: Callable[..., object], *arguments: object) -> None:
        self.call = function, arguments

    def __reduce__(self) -> tuple[Callable[..., object], tuple[object, ...]]:
        return self.call


ATTACKS: dict[str, tuple[Callable[[Path], object], str]] = {
    "os.system": (lambda mark: Runs(os.system, f"touch {mark}"), "system"),
    "eval": (lambda mark: Runs(eval, f"open({str(mark)!r}, 'w').close()"), "eval"),
    "exec": (lambda mark: Runs(exec, f"open({str(mark)!r}, 'w').close()"), "exec"),
    "open": (lambda mark: Runs(open, str(mark), "w"), "open"),
    "getattr": (lambda mark: Runs(getattr, "x", "upper"), "getattr"),
    "subprocess": (lambda mark: Runs(subprocess.call, ["touch", str(mark)]), "call"),
    "nested in a dict": (lambda mark: {"data": [{"x": (Runs(os.system, f"touch {mark}"),)}]}, "system"),
    "nested in an array": (lambda mark: np.array([Runs(os.system, f"touch {mark}")], dtype=object), "'O8'"),
    "numpy.load": (lambda mark: Runs(np.load, str(mark), None, True), "numpy.load"),
    "numpy.save": (lambda mark: Runs(np.save, str(mark), 1), "numpy.save"),
    "numpy.fromfile": (lambda mark: Runs(np.fromfile, str(mark)), "fromfile"),
    "numpy.memmap": (lambda mark: Runs(np.memmap, str(mark), "u1", "w+", 0, (1,)), "memmap"),
    "numpy.vectorize": (lambda mark: Runs(np.vectorize, os.system), "vectorize"),
}


@pytest.mark.parametrize("protocol", range(6))
@pytest.mark.parametrize(("attack", "word"), ATTACKS.values(), ids=ATTACKS)
def test_code_is_refused_by_name_and_does_not_run(
    attack: Callable[[Path], object], word: str, protocol: int, tmp_path: Path
) -> None:
    mark = tmp_path / "it-ran"
    data = pickle.dumps(attack(mark), protocol)
    with pytest.raises(InputError) as caught:
        load_arrays(data, "data_batch_1")
    assert not mark.exists()
    assert word in str(caught.value)
    assert str(caught.value).startswith("data_batch_1: expected ")


NDARRAY, DTYPE = b"cnumpy\nndarray\n", b"cnumpy\ndtype\n"
RECONSTRUCT, ENCODE = b"cnumpy.core.multiarray\n_reconstruct\n", b"c_codecs\nencode\n"
BEGUN = RECONSTRUCT + b"(" + NDARRAY + b"(I0\ntVb\ntR"
U1 = DTYPE + b"(Vu1\nI0\nI1\ntR"


def state(dtype: bytes, shape: bytes, raw: bytes) -> bytes:
    return b"(I1\n(" + shape + b"t" + dtype + b"I00\nC" + bytes([len(raw)]) + raw + b"tb."


CRAFTED: dict[str, tuple[bytes, str]] = {
    "garbage": (b"\x93\x12 no pickle", "damaged or foreign"),
    "nothing": (b"", "damaged or foreign"),
    "an HTML page": (b"<html>not found</html>", "damaged or foreign"),
    "a persistent id": (b"Psomewhere\n.", "outside of it"),
    "a binary persistent id": (b"Vsomewhere\nQ.", "outside of it"),
    "a name by way of an attribute": (b"\x80\x04\x8c\x05numpy\x8c\x10ndarray.__init__\x93.", "ndarray.__init__"),
    "an extension code": (b"\x80\x02\x82\x01.", "damaged"),
    "an array of objects": (BEGUN + state(DTYPE + b"(VO8\nI0\nI1\ntR", b"I1\n", bytes(8)), "'O8'"),
    "an array of records": (BEGUN + state(DTYPE + b"(VV8\nI0\nI1\ntR", b"I1\n", bytes(8)), "'V8'"),
    "a dtype by a list of fields": (DTYPE + b"((lI0\nI1\ntR.", "text is wanted"),
    "a shape beyond its bytes": (BEGUN + state(U1, b"I1000000000000\n", b"abc"), "3 bytes"),
    "a negative shape": (BEGUN + state(U1, b"I-1\n", b"abc"), "3 bytes"),
    "another codec": (ENCODE + b"(Vabc\nVzlib\ntR.", "latin1"),
    "a function whose defaults are replaced": (ENCODE + b"(N}V__defaults__\n(I1\ntstb.", "change"),
    "a class whose method is replaced": (NDARRAY + b"(N}V__setstate__\nI1\nstb.", "change"),
    "a class that is made without being called": (NDARRAY + b")\x81.", "damaged"),
    "a place far out in the memo": (b"\x80\x02Nr" + struct.pack("<I", 2**31 - 1) + b".", "exhaust"),
    "a nest that overflows the stack when hashed": (b"}" + b"(" + b")" + b"\x85" * 2_000_000 + b"Nu.", "exhaust"),
    "an array from a buffer that is no bytes": (
        b"cnumpy.core.numeric\n_frombuffer\n((lI0\n" + U1 + b"(I1\ntVC\ntR.",
        "damaged",
    ),
}


@pytest.mark.parametrize(("data", "word"), CRAFTED.values(), ids=CRAFTED)
def test_crafted_programs_are_refused(data: bytes, word: str) -> None:
    with pytest.raises(InputError) as caught:
        load_arrays(data, "data_batch_1")
    assert word in str(caught.value)


def test_every_way_of_cutting_a_pickle_off_is_refused() -> None:
    whole = pickle.dumps({"data": np.arange(12, dtype=np.uint8).reshape(3, 4), "labels": [1, 2, 3]}, 2)
    for length in range(len(whole)):
        with pytest.raises(InputError):
            load_arrays(whole[:length], "data_batch_1")


@given(st.binary(max_size=300))
def test_garbage_ends_in_a_message_or_a_harmless_value(data: bytes) -> None:
    with suppress(InputError):
        load_arrays(data, "data_batch_1")


KINDS = st.sampled_from(["u1", "<i8", ">i4", "<f4", ">f8", "?"])


@given(
    arrays.arrays(KINDS, arrays.array_shapes(min_dims=0, max_dims=3, min_side=0, max_side=4)),
    st.integers(0, 5),
    st.booleans(),
)
def test_arrays_come_back_bit_for_bit(array: np.ndarray, protocol: int, is_fortran: bool) -> None:
    array = np.asfortranarray(array) if is_fortran else np.ascontiguousarray(array)
    loaded = load_arrays(pickle.dumps({"data": array}, protocol), "data_batch_1")
    assert isinstance(loaded, dict)
    back = loaded["data"] if "data" in loaded else loaded[b"data"]
    assert back.dtype == array.dtype
    assert back.shape == array.shape
    assert back.tobytes() == array.tobytes()


def test_arrays_written_by_an_old_numpy_are_read() -> None:
    """NumPy 1 wrote ``numpy.core``, NumPy 2 writes ``numpy._core``; either reads here."""
    new = pickle.dumps(np.arange(5, dtype=np.uint8), 2)
    old = new.replace(b"numpy._core", b"numpy.core")
    assert old != new
    for data in (old, new):
        np.testing.assert_array_equal(np.asarray(load_arrays(data, "batch")), np.arange(5))


def test_the_attacks_are_attacks(tmp_path: Path) -> None:
    """The tester tested: Python's own unpickler does run them."""
    pickle.load(io.BytesIO(pickle.dumps(Runs(os.system, f"touch {tmp_path / 'it-ran'}"))))  # noqa: S301
    assert (tmp_path / "it-ran").exists()
