"""Arrays out of a pickle from outside, without running anything that the pickle asks for.

A pickle is a program: it names callables and has them called. Here no real callable can be reached, not even NumPy's
own, since a crafted ``dtype`` state makes NumPy read raw bytes as object pointers. Each name that a pickled array needs
stands for a small function of ours that checks what it is given, and every other name is refused.
"""

from __future__ import annotations

import io
import math
import pickle
import pickletools
import re
from collections.abc import Callable

import numpy as np
from numpy import ndarray

from chainrule.errors import InputError

_NUMBERS = re.compile(r"[<>|=]?(b1|[iu][1248]|f[248]|c8|c16|[SU]\d{1,6})")
_MAKES_HASHABLE_NESTS = {"TUPLE", "TUPLE1", "TUPLE2", "TUPLE3", "FROZENSET"}
_MOST_NESTS = 10_000  # an array takes about six; hashing far deeper nests overflows the interpreter's stack


def load_arrays(data: bytes, who: str) -> object:
    """Return what the pickle holds: arrays of numbers, and the plain dicts, lists, strings and numbers around them.

    Byte strings of Python 2 stay ``bytes``.

    Parameters
    ----------
    data : bytes
        The whole pickle, any protocol.
    who : str
        The name of the file, for messages.

    Raises
    ------
    InputError
        If the pickle asks for anything else, is cut off, or is no pickle.
    """
    try:
        _refuse_bombs(data, who)
        return _arrays_in(_ArrayUnpickler(data, who).load())
    except InputError:
        raise
    except Exception as error:  # garbage can make the unpickler fail in any way
        raise InputError(
            who,
            expected="a whole pickle of arrays of numbers",
            got=f"a damaged or foreign file ({type(error).__name__}: {error})",
            advice="download the file again",
        ) from error


class _ArrayUnpickler(pickle.Unpickler):
    def __init__(self, data: bytes, who: str) -> None:
        super().__init__(io.BytesIO(data), encoding="bytes")
        self.who = who

    def find_class(self, module: str, name: str) -> object:
        try:
            return _STANDS_FOR[module, name]
        except KeyError:
            raise self._refusal(f"to run {module}.{name}") from None

    def persistent_load(self, pid: object) -> object:
        raise self._refusal("for an object kept outside of it")

    def _refusal(self, asks: str) -> InputError:
        return InputError(
            self.who,
            expected="arrays only",
            got=f"a pickle that asks {asks}",
            advice="do not open this file with anything else; get the published archive",
        )


class _Function:
    """A function that a pickle may call and cannot change: BUILD on a plain function could replace its defaults."""

    __slots__ = ("_function",)

    def __init__(self, function: Callable[..., object]) -> None:
        self._function = function

    def __call__(self, *arguments: object) -> object:
        return self._function(*arguments)

    def __setstate__(self, state: object) -> None:
        raise pickle.UnpicklingError("it tries to change how arrays are built")


class _Dtype:
    """A pickled dtype of plain numbers or strings: its code comes first, its byte order in the state after it."""

    __slots__ = ("_dtype",)

    def __init__(self, code: str | bytes, *flags: object) -> None:
        text = _text(code)
        if not _NUMBERS.fullmatch(text):
            raise pickle.UnpicklingError(f"an array of {text!r} where numbers are wanted")
        self._dtype = np.dtype(text)

    def __setstate__(self, state: tuple[object, ...]) -> None:
        order = _text(state[1])
        if order in {"<", ">"}:
            self._dtype = self._dtype.newbyteorder("<" if order == "<" else ">")

    def array(self, shape: object, raw: object, order: str) -> ndarray:
        """Lay ``raw`` out as an array of ``shape``, which must account for every byte: nothing is left unset."""
        if not isinstance(raw, bytes | bytearray) or not isinstance(shape, tuple):
            raise pickle.UnpicklingError("an array that is not made of bytes")
        if any(type(n) is not int or n < 0 for n in shape) or math.prod(shape) * self._dtype.itemsize != len(raw):
            raise pickle.UnpicklingError(f"{len(raw)} bytes for an array of shape {shape}")
        flat = np.frombuffer(raw, self._dtype) if raw else np.empty(0, self._dtype)
        return flat.reshape(shape, order="F" if order == "F" else "C")


class _Array:
    """An array that ``_reconstruct`` began and that its state completes."""

    __slots__ = ("value",)

    def __init__(self, *subtype_shape_and_code: object) -> None:
        self.value: ndarray | None = None

    def __setstate__(self, state: tuple[object, ...]) -> None:
        _, shape, dtype, is_fortran, raw = state
        self.value = _dtype(dtype).array(shape, raw, "F" if is_fortran else "C")


def _array_from_buffer(raw: object, dtype: object, shape: object, order: object, *axes: object) -> ndarray:
    """Stand for ``numpy._core.numeric._frombuffer``, as pickle protocol 5 writes arrays."""
    if order not in {"C", "F"}:
        raise pickle.UnpicklingError("an array whose axes are permuted")
    return _dtype(dtype).array(shape, raw, str(order))


def _latin1_bytes(text: object, encoding: object) -> bytes:
    """Stand for ``_codecs.encode``, by which Python 3 writes bytes in protocols that have none."""
    if not isinstance(text, str) or not isinstance(encoding, str | bytes) or _text(encoding) != "latin1":
        raise pickle.UnpicklingError("text in an encoding other than latin1")
    return text.encode("latin1")


def _no_bytes() -> bytes:
    """Stand for ``bytes``, by which the same protocols write that there are none."""
    return b""


_STANDS_FOR: dict[tuple[str, str], _Function] = {
    ("numpy", "ndarray"): _Function(_Array),
    ("numpy", "dtype"): _Function(_Dtype),
    ("_codecs", "encode"): _Function(_latin1_bytes),
    **{(module, "bytes"): _Function(_no_bytes) for module in ("builtins", "__builtin__")},
    **{(f"numpy.{core}.multiarray", "_reconstruct"): _Function(_Array) for core in ("core", "_core")},
    **{(f"numpy.{core}.numeric", "_frombuffer"): _Function(_array_from_buffer) for core in ("core", "_core")},
}


def _refuse_bombs(data: bytes, who: str) -> None:
    """Refuse the programs whose mere reading exhausts memory or the stack of the interpreter."""
    nests = 0
    for count, (opcode, argument, _) in enumerate(pickletools.genops(data)):
        nests += opcode.name in _MAKES_HASHABLE_NESTS
        is_far = opcode.name in {"PUT", "BINPUT", "LONG_BINPUT"} and isinstance(argument, int) and argument > count
        if is_far or nests > _MOST_NESTS:
            raise InputError(who, expected="a pickle of arrays", got="one that would exhaust the memory")


def _arrays_in(loaded: object) -> object:
    """Unwrap the arrays at the top, or one level down in a dict or a list; deeper ones are not part of any layout."""
    if isinstance(loaded, dict):
        return {key: _unwrapped(value) for key, value in loaded.items()}
    if isinstance(loaded, list):
        return [_unwrapped(value) for value in loaded]
    return _unwrapped(loaded)


def _unwrapped(value: object) -> object:
    return value.value if isinstance(value, _Array) else value


def _dtype(value: object) -> _Dtype:
    if not isinstance(value, _Dtype):
        raise pickle.UnpicklingError("an array without a dtype")
    return value


def _text(value: object) -> str:
    if isinstance(value, bytes):
        return value.decode("latin1")
    if isinstance(value, str):
        return value
    raise pickle.UnpicklingError(f"{type(value).__name__} where text is wanted")
