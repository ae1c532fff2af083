"""The door: names and paths, told by their content; every option is used or refused; starting costs no library."""

from __future__ import annotations

import io
import os
import subprocess
import sys
import tarfile
import zipfile
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow
import pyarrow.parquet
import pytest
from PIL import Image
from sklearn.datasets import load_digits

from chainrule.data.dataset import Dataset, Rows
from chainrule.data.open import open_data
from chainrule.data.prepared import prepare
from chainrule.data.validate import validated
from chainrule.errors import ChainruleError, InputError

from ..shapes import any_shape


def test_digits() -> None:
    dataset = open_data("digits")
    assert (dataset.name, dataset.source, dataset.test) == ("digits", "digits", None)
    assert dataset.image_shape == (8, 8, 1)
    assert dataset.classes == tuple("0123456789")
    assert dataset.train.X.dtype == np.uint8
    assert (dataset.train.X.min(), dataset.train.X.max()) == (0, 255)
    np.testing.assert_array_equal(np.round(dataset.train.X / 255 * 16), load_digits().data)
    np.testing.assert_array_equal(dataset.train.y, load_digits().target)


def test_published_cifar10_is_fetched_then_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The records are one byte of label and one colour a plane, so a pixel's three channels are known."""
    archive = tmp_path / "cifar-10-binary.tar.gz"
    with tarfile.open(archive, "w:gz") as tar:
        for name in [f"data_batch_{n}.bin" for n in range(1, 6)] + ["test_batch.bin", "batches.meta.txt"]:
            records = b"".join(bytes([y]) + b"\1" * 1024 + b"\2" * 1024 + b"\3" * 1024 for y in range(10))
            content = "\n".join("abcdefghij").encode() if "meta" in name else records
            (tmp_path / name).write_bytes(content)
            tar.add(tmp_path / name, name)
    monkeypatch.setattr("chainrule.data.open.fetch_cifar10", lambda progress: archive)
    dataset = open_data("cifar10")
    assert (dataset.name, dataset.source) == ("cifar10", "cifar10")
    assert dataset.notes == (f"the published archive is kept as {archive}",)
    assert dataset.train.X[0, :6].tolist() == [1, 2, 3, 1, 2, 3]


def file(name: str, content: bytes) -> Callable[[Path], Path]:
    def write(folder: Path) -> Path:
        (folder / name).write_bytes(content)
        return folder / name

    return write


def folder(path: Path) -> Path:
    (path / "empty").mkdir()
    return path / "empty"


def pipe(path: Path) -> Path:
    os.mkfifo(path / "pipe")
    return path / "pipe"


UNKNOWN: dict[str, tuple[Callable[[Path], Path], list[str]]] = {
    "a pickle": (file("model.pkl", b"\x80\x04N."), ["begins with b'\\x80\\x04N.'", "digits, cifar10", ".parquet"]),
    "an array": (file("x.npy", b"\x93NUMPY\x01\x00v\x00{'descr': '<f8', }"), ["NUMPY", ".npz with X and y"]),
    "JSON": (file("x.json", b'{"a": 1, "b": 2}'), ["begins with"]),
    "a page instead of an archive": (file("cifar.tar.gz", b"<html>a, b</html>"), ["no archive", "download it again"]),
    "a page instead of a zip": (file("set.zip", b"<html>a</html>"), ["a whole zip"]),
    "text": (file("notes.txt", b"hello\n"), ["begins with b'hello\\n'"]),
    "an empty file": (file("set.zip", b""), ["an empty file"]),
    "an empty folder": (folder, ["an empty folder"]),
    "a pipe": (pipe, ["neither a file nor a folder"]),
    "a tar of other things": (file("x.tar.gz", b"\x1f\x8b"), ["cut off or no archive"]),
    "nothing": (lambda path: path / "absent.zip", ["no file or folder", "digits"]),
}


@pytest.mark.parametrize(("write", "words"), UNKNOWN.values(), ids=UNKNOWN)
def test_what_is_no_data_set_is_said_to_be_none(
    write: Callable[[Path], Path], words: list[str], tmp_path: Path
) -> None:
    path = write(tmp_path)
    with pytest.raises(InputError) as caught:
        open_data(path)
    assert [word for word in words if word not in str(caught.value)] == []
    assert str(caught.value).startswith(str(path))


@pytest.mark.parametrize(("name", "meant"), [("cifar-10", "cifar10"), ("CIFAR10", "cifar10"), ("digit", "digits")])
def test_a_name_that_is_nearly_right(name: str, meant: str) -> None:
    with pytest.raises(InputError, match=f"did you mean {meant}"):
        open_data(name)


def test_a_file_may_be_called_like_a_data_set(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("digits").write_text("x,y\n1,a\n2,b\n")
    assert open_data("./digits").classes == ("a", "b")
    assert open_data(Path("digits")).source == str(tmp_path / "digits")
    assert open_data("digits").n_classes == 10


def test_options_without_a_use_are_refused(tmp_path: Path) -> None:
    table = file("t.csv", b"x,y\n1,a\n2,b\n")(tmp_path)
    archive = file("c.tar.gz", b"\x1f\x8b")(tmp_path)
    for source in ("digits", "cifar10", archive):
        with pytest.raises(InputError, match="--label: expected nothing for"):
            open_data(source, label="y")
    for source in ("digits", "cifar10", archive, table):
        with pytest.raises(InputError, match="--image-size: expected nothing for"):
            open_data(source, image_size=(8, 8))


def images_zip(path: Path) -> Path:
    with zipfile.ZipFile(path / "set.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        for name, kind in (("a/1.png", "PNG"), ("a/2.jpg", "JPEG"), ("b/3.gif", "GIF"), ("b/4.tif", "TIFF")):
            image = io.BytesIO()
            Image.fromarray(np.arange(300, dtype=np.uint8).reshape(10, 10, 3)).save(image, kind)
            archive.writestr(name, image.getvalue())
    return path / "set.zip"


def arrays(path: Path) -> Path:
    np.savez_compressed(path / "set.npz", X=np.arange(20.0).reshape(5, 4), y=np.arange(5) % 2)
    return path / "set.npz"


def parquet(path: Path) -> Path:
    pyarrow.parquet.write_table(pyarrow.table({"x": np.arange(20.0), "y": np.arange(20) % 2}), path / "set.parquet")
    return path / "set.parquet"


def csv(path: Path) -> Path:
    return file("set.csv", b"x,y\n" + b"".join(b"%d,%d\n" % (row, row % 2) for row in range(20)))(path)


@pytest.mark.parametrize("write", [images_zip, arrays, parquet, csv])
def test_damage_anywhere_ends_in_a_message_or_in_data(write: Callable[[Path], Path], tmp_path: Path) -> None:
    path = write(tmp_path)
    whole = path.read_bytes()
    rng = np.random.default_rng(8)
    for _ in range(100):
        damaged = bytearray(whole)
        for place in rng.integers(0, len(whole), rng.integers(1, 4)):
            damaged[place] = rng.integers(256)
        path.write_bytes(damaged[: rng.integers(1, len(whole))] if rng.integers(2) else damaged)
        with suppress(ChainruleError):
            open_data(path)


def data_set(X: np.ndarray, y: list[int], X_test: np.ndarray | None = None, y_test: list[int] | None = None) -> Dataset:
    with any_shape():
        test = None if X_test is None else Rows(X_test, np.array(y_test, np.int64))
        return Dataset("set", "set", Rows(X, np.array(y, np.int64)), test, ("a", "b"))


X = np.ones((3, 2), np.float32)
INVALID: dict[str, tuple[Dataset, str]] = {
    "lengths": (data_set(X, [0, 1]), "2 rows of features"),
    "a label beyond": (data_set(X, [0, 1, 2]), "labels from 0 to 1"),
    "a label below": (data_set(X, [0, 1, -1]), "labels from 0 to 1"),
    "features of whole numbers": (data_set(X.astype(np.int32), [0, 1, 0]), "uint8 .* or float32, got int32"),
    "one row": (data_set(X[:1], [0]), "at least two rows"),
    "a class without rows": (data_set(X, [0, 0, 0]), "none of b"),
    "infinite": (data_set(X * np.float32(np.inf), [0, 1, 0]), "6 such"),
    "a narrower test set": (data_set(X, [0, 1, 0], X[:, :1], [0, 1, 0]), "2 features, as in train"),
    "NaN in the test set": (data_set(X, [0, 1, 0], X * np.float32(np.nan), [0, 1, 0]), "test, column 1, row 1"),
}


@pytest.mark.parametrize(("dataset", "words"), INVALID.values(), ids=INVALID)
def test_every_data_set_is_validated(dataset: Dataset, words: str) -> None:
    with pytest.raises(InputError, match=words):
        validated(dataset)


@pytest.mark.parametrize(
    ("X", "y", "words"),
    [
        ([[1.0], [2.0]], np.array([0, 1]), "features in an array of uint8 .* got a list"),
        (X[:2], ["a", "b"], "labels in an array of int64, each the number of its class, got a list"),
        (X[:2], np.array(["a", "b"]), "labels in an array of int64, .* got <U1"),
        (X[:2, 0], np.array([0, 1]), r"2 rows of features, got shape \(2,\)"),
        (X[:0], np.array([], np.int64), "at least two rows, got 0"),
    ],
)
def test_a_data_set_made_by_hand_is_validated(X: Any, y: Any, words: str) -> None:
    with any_shape():
        dataset = Dataset("mine", "mine", Rows(X, y), None, ("a", "b"))
        with pytest.raises(InputError, match=f"mine: expected {words}"):
            prepare(dataset, "mean,std")


def test_the_row_of_a_bad_value_is_right_in_a_long_table() -> None:
    long = np.zeros((50_000, 3), np.float32)
    long[40_000, 2] = np.nan
    with pytest.raises(InputError, match=r"column 3, row 40,001; 1 such"):
        validated(data_set(long, [0, 1] * 25_000))


def test_importing_the_door_imports_numpy_and_nothing_heavier() -> None:
    heavy = ("PIL", "pyarrow", "sklearn", "scipy", "pooch", "requests", "platformdirs", "filelock", "pydantic")
    code = f"import sys, chainrule.data.open; print([name for name in {heavy} if name in sys.modules])"
    assert subprocess.check_output([sys.executable, "-c", code], text=True).strip() == "[]"
