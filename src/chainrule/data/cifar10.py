"""CIFAR-10 as it is published: six batches of 32 by 32 colour images, in a binary and in a Python layout."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
from numpy import ndarray

from chainrule.data.allocate import Allocate, in_memory
from chainrule.data.dataset import Dataset, Rows
from chainrule.data.members import folder_with, read_members
from chainrule.data.restricted_pickle import load_arrays
from chainrule.errors import InputError

IMAGE_SHAPE = (32, 32, 3)
N_PIXELS = 3072
N_CLASSES = 10
RECORD = 1 + N_PIXELS
"""Bytes of a binary record: the label, then 1,024 red, 1,024 green and 1,024 blue levels, row by row."""

_BATCHES = ("data_batch_1", "data_batch_2", "data_batch_3", "data_batch_4", "data_batch_5", "test_batch")
BINARY_FILES = (*(f"{batch}.bin" for batch in _BATCHES), "batches.meta.txt")
PYTHON_FILES = (*_BATCHES, "batches.meta")
_FILES = frozenset(BINARY_FILES + PYTHON_FILES)

Batch = tuple[ndarray, ndarray]
"""Planar pixels (n, 3072) uint8 and labels (n,) of one file."""


def is_cifar10(folder: Path) -> bool:
    """Tell whether a folder holds any batch of either layout, itself or in its only folder."""
    return folder_with(folder, [name for name in _FILES if "meta" not in name]) is not None


def read_cifar10(path: Path, allocate: Allocate = in_memory) -> Dataset:
    """Read the published archive, or the folder unpacked from it, in either layout.

    Batches may hold any number of images; the published ones hold 10,000 each.

    Returns
    -------
    Dataset
        Rows (N, 3072) of pixels in (height, width, channels) order; train and test as published.

    Raises
    ------
    InputError
        If a file is missing, cut off, or holds labels that are no classes.
    """
    files = read_members(path, _FILES.__contains__)
    is_binary = any(name in files for name in BINARY_FILES)
    _refuse_missing(path, files, BINARY_FILES if is_binary else PYTHON_FILES)
    names, classes_of, batch_of = (
        (BINARY_FILES, _binary_classes, _binary_batch) if is_binary else (PYTHON_FILES, _python_classes, _python_batch)
    )
    classes = classes_of(files.pop(names[-1]), f"{path}: {names[-1]}")

    def rows(part: str, batch_names: tuple[str, ...]) -> Rows:
        return _rows(part, batch_names, files, path, batch_of, allocate)

    return Dataset("cifar10", str(path), rows("train", names[:5]), rows("test", names[5:6]), classes, IMAGE_SHAPE)


def _refuse_missing(path: Path, files: dict[str, bytes], expected: tuple[str, ...]) -> None:
    missing = [name for name in expected if name not in files]
    if len(missing) == len(expected):
        raise InputError(
            str(path),
            expected="CIFAR-10's batches (data_batch_1.bin ... or data_batch_1 ...)",
            got="none of them",
            advice="name the published archive, or the folder unpacked from it",
        )
    if missing:
        raise InputError(
            str(path),
            expected=", ".join(expected),
            got=f"no {', no '.join(missing)}",
            advice="download and unpack the archive again",
        )


def _rows(
    part: str,
    names: tuple[str, ...],
    files: dict[str, bytes],
    path: Path,
    batch_of: Callable[[bytes, str], Batch],
    allocate: Allocate,
) -> Rows:
    """Lay the batches behind one another, each freed once it is copied."""
    batches = [batch_of(files.pop(name), f"{path}: {name}") for name in names]
    y = np.concatenate([labels for _, labels in batches]).astype(np.int64)
    X = allocate(part, (len(y), N_PIXELS))
    images = X.reshape(-1, *IMAGE_SHAPE)
    start = 0
    while batches:
        planar, _ = batches.pop(0)
        images[start : start + len(planar)] = planar.reshape(-1, 3, 32, 32).transpose(0, 2, 3, 1)
        start += len(planar)
    return Rows(X, y)


def _binary_batch(data: bytes, who: str) -> Batch:
    if not data or len(data) % RECORD:
        raise InputError(
            who,
            expected=f"a whole number of records of {RECORD:,} bytes",
            got=f"{len(data):,} bytes, which is {len(data) // RECORD:,} records and {len(data) % RECORD:,} bytes",
            advice="the file is cut off: download and unpack the archive again",
        )
    records = np.frombuffer(data, np.uint8).reshape(-1, RECORD)
    return records[:, 1:], _checked_labels(records[:, 0], who)


def _binary_classes(data: bytes, who: str) -> tuple[str, ...]:
    return _checked_classes(data.decode(errors="replace").split(), who)


def _python_batch(data: bytes, who: str) -> Batch:
    pixels, labels = _fields(data, who, "data", "labels")
    if not isinstance(pixels, ndarray) or pixels.dtype != np.uint8 or pixels.shape[1:] != (N_PIXELS,):
        raise InputError(who, expected="b'data' of shape (N, 3072), uint8", got=_described(pixels))
    if not isinstance(labels, list | ndarray) or len(labels) != len(pixels) or not len(pixels):
        raise InputError(who, expected=f"b'labels', one for each of {len(pixels):,} images", got=_described(labels))
    if not all(isinstance(label, int | np.integer) for label in labels):
        raise InputError(who, expected="b'labels' that are whole numbers", got="others")
    return pixels, _checked_labels(np.array(labels), who)


def _python_classes(data: bytes, who: str) -> tuple[str, ...]:
    (names,) = _fields(data, who, "label_names")
    if not isinstance(names, list) or not all(isinstance(name, bytes | str) for name in names):
        raise InputError(who, expected="b'label_names', a list of names", got=_described(names))
    return _checked_classes([name.decode(errors="replace") if isinstance(name, bytes) else name for name in names], who)


def _fields(data: bytes, who: str, *keys: str) -> list[object]:
    """Return the values of a pickled dict under keys that Python 2 wrote as bytes and Python 3 writes as text."""
    loaded = load_arrays(data, who)
    if not isinstance(loaded, dict):
        raise InputError(who, expected="a pickled dict", got=_described(loaded))
    missing = [key for key in keys if key not in loaded and key.encode() not in loaded]
    if missing:
        raise InputError(who, expected=" and ".join(f"b'{key}'" for key in keys), got=f"no b'{missing[0]}'")
    return [loaded[key.encode()] if key.encode() in loaded else loaded[key] for key in keys]


def _checked_labels(labels: ndarray, who: str) -> ndarray:
    wrong = np.flatnonzero((labels < 0) | (labels >= N_CLASSES))
    if len(wrong):
        raise InputError(
            who,
            expected=f"labels from 0 to {N_CLASSES - 1}",
            got=f"{labels[wrong[0]]}",
            where=f"record {wrong[0] + 1:,}; {len(wrong):,} such",
            advice="is this CIFAR-10's archive? CIFAR-100 is laid out otherwise",
        )
    return labels


def _checked_classes(names: list[str], who: str) -> tuple[str, ...]:
    if len(names) != N_CLASSES or len(set(names)) != N_CLASSES:
        raise InputError(who, expected=f"{N_CLASSES} different class names", got=", ".join(names) or "none")
    return tuple(names)


def _described(value: object) -> str:
    if isinstance(value, ndarray):
        return f"{value.dtype} of shape {value.shape}"
    return f"{type(value).__name__} of {len(value)}" if isinstance(value, list | dict) else type(value).__name__
