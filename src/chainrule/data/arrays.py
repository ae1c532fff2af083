"""Arrays of the user's own: X and y, and if there is a test set X_test and y_test, in one ``.npz`` or a file each."""

from __future__ import annotations

import zipfile
import zlib
from pathlib import Path

import numpy as np
from numpy import ndarray

from chainrule.data.dataset import Dataset, ImageShape, Rows
from chainrule.data.labels import encode_labels, find_labels, shorten
from chainrule.errors import InputError
from chainrule.files import storage_errors

_DAMAGED = (zipfile.BadZipFile, zlib.error, EOFError, ValueError, KeyError, RuntimeError, MemoryError, AttributeError)
_NAMES = ("X", "y", "X_test", "y_test", "classes")


def read_arrays(path: Path) -> Dataset:
    """Read ``X`` (N, D), (N, H, W) or (N, H, W, C), ``y`` (N,), and optionally ``X_test``, ``y_test``, ``classes``.

    From a ``.npz`` they are read into memory. From a folder of ``X.npy``, ``y.npy``, ... rows are memory-mapped, and
    may be more than fit into memory, if they are float32 features or uint8 images; others are converted.

    Images hold whole numbers from 0 to 255; features may be any numbers. Labels are whole numbers from 0 or names;
    ``classes`` (C,) names the labels 0 to C - 1.

    Raises
    ------
    InputError
        If an array is missing, or of another shape or kind.
    """
    arrays, names = _load_folder(path) if path.is_dir() else _load_npz(path)
    _refuse_missing(arrays, names, path)
    X, image_shape = _rows_of(arrays["X"], f"{path}: X")
    y = _checked_labels(arrays["y"], len(X), f"{path}: y")
    classes = _classes(arrays["classes"], f"{path}: classes") if "classes" in arrays else None
    if classes is None:
        y, classes = encode_labels(y, f"{path}: y")
    else:
        y = _by_class(y, classes, f"{path}: y")
    test = None
    if "X_test" in arrays:
        test = _test_rows(arrays, X, image_shape, path, classes)
    return Dataset(path.stem, str(path), Rows(X, y), test, classes, image_shape)


def _load_npz(path: Path) -> tuple[dict[str, ndarray], list[str]]:
    """Return the arrays that are wanted, and the names of all."""
    with storage_errors(str(path)):
        try:
            with path.open("rb") as file, np.load(file, allow_pickle=False) as archive:
                return {name: archive[name] for name in archive.files if name in _NAMES}, archive.files
        except _DAMAGED as error:
            raise InputError(
                str(path),
                expected="a whole .npz archive of arrays of numbers or text",
                got=f"another file, or one that is cut off ({error or type(error).__name__})",
                advice="write it by numpy.savez, from arrays that are not of dtype object",
            ) from error


def _load_folder(path: Path) -> tuple[dict[str, ndarray], list[str]]:
    """Return the arrays that are wanted as memory maps, and the names of all."""
    arrays = {}
    for name in _NAMES:
        file = path / f"{name}.npy"
        if file.is_file():
            with storage_errors(str(file)):
                try:
                    arrays[name] = np.load(file, mmap_mode="r", allow_pickle=False)
                except _DAMAGED as error:
                    raise InputError(
                        str(file),
                        expected="a whole .npy array of numbers or text",
                        got=f"another file, or one that is cut off ({error or type(error).__name__})",
                        advice="write it by numpy.save, from an array that is not of dtype object",
                    ) from error
    return arrays, sorted(file.stem for file in path.glob("*.npy"))


def _refuse_missing(arrays: dict[str, ndarray], names: list[str], path: Path) -> None:
    missing = {"X", "y"} - set(arrays)
    if "X_test" in arrays or "y_test" in arrays:
        missing |= {"X_test", "y_test"} - set(arrays)
    if missing:
        raise InputError(
            str(path),
            expected="the arrays X and y, and X_test and y_test together or not at all",
            got=shorten(names) or "none",
            advice="name them so: numpy.savez(path, X=images, y=labels)",
        )


def _rows_of(X: ndarray, who: str) -> tuple[ndarray, ImageShape | None]:
    """Return rows (N, D), and the shape of an image where X holds images."""
    if X.dtype.kind not in "iuf" or X.ndim not in {2, 3, 4}:
        raise InputError(
            who,
            expected="numbers of shape (N, D), (N, height, width) or (N, height, width, channels)",
            got=f"{X.dtype} of shape {X.shape}",
        )
    if X.ndim == 2:
        with np.errstate(over="ignore"):  # beyond float32 is infinite, which is refused later with its row
            return np.ascontiguousarray(X, np.float32), None
    height, width, channels = (*X.shape[1:], 1)[:3]
    if channels not in {1, 3}:
        raise InputError(
            who,
            expected="images of 1 or 3 channels, the last axis",
            got=f"shape {X.shape}",
            advice="if the channels come first: X.transpose(0, 2, 3, 1)",
        )
    if X.dtype != np.uint8 and (X.dtype.kind == "f" or (X.size and (X.min() < 0 or X.max() > 255))):
        raise InputError(
            who,
            expected="images of whole numbers from 0 to 255 (uint8)",
            got=f"{X.dtype}",
            advice="for pixels from 0 to 1: (255 * X).round().astype('uint8')",
        )
    rows = np.ascontiguousarray(X, np.uint8).reshape(len(X), height * width * channels)
    return rows, (height, width, channels)


def _checked_labels(y: ndarray, n_rows: int, who: str) -> ndarray:
    if y.shape != (n_rows,):
        raise InputError(who, expected=f"shape ({n_rows},), a label for each row of X", got=f"shape {y.shape}")
    if y.dtype.kind in "if" and n_rows and y.min() < 0:
        raise InputError(who, expected="labels from 0", got=f"{y.min():g}", where=f"row {int(y.argmin()) + 1:,}")
    return y


def _classes(classes: ndarray, who: str) -> tuple[str, ...]:
    names = tuple(str(name) for name in classes.ravel())
    if classes.ndim != 1 or classes.dtype.kind not in "iuU" or len(set(names)) != len(names):
        raise InputError(
            who, expected="different names, of shape (C,)", got=f"{classes.dtype} of shape {classes.shape}"
        )
    return names


def _by_class(y: ndarray, classes: tuple[str, ...], who: str) -> ndarray:
    """Number labels by the named classes: whole numbers are their places, text their names."""
    if y.dtype.kind == "U":
        return find_labels(y, classes, who)
    found, names = encode_labels(y, who)
    places = np.array([int(name) for name in names])[found] if y.dtype.kind != "b" else y.astype(np.int64)
    if len(places) and places.max() >= len(classes):
        raise InputError(
            who, expected=f"labels from 0 to {len(classes) - 1}, as there are names", got=f"{places.max()}"
        )
    return places


def _test_rows(
    arrays: dict[str, ndarray], X: ndarray, image_shape: ImageShape | None, path: Path, classes: tuple[str, ...]
) -> Rows:
    X_test, test_shape = _rows_of(arrays["X_test"], f"{path}: X_test")
    if X_test.shape[1:] != X.shape[1:] or test_shape != image_shape:
        raise InputError(
            f"{path}: X_test",
            expected=f"rows as in X, of shape {arrays['X'].shape[1:]}",
            got=f"shape {arrays['X_test'].shape[1:]}",
        )
    y_test = _checked_labels(arrays["y_test"], len(X_test), f"{path}: y_test")
    number = _by_class if "classes" in arrays else find_labels
    return Rows(X_test, number(y_test, classes, f"{path}: y_test"))
