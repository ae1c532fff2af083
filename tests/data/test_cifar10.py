"""The same images written in the four published layouts are read as the same data set."""

from __future__ import annotations

import io
import pickle
import tarfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from chainrule.data.open import open_data
from chainrule.errors import InputError

CLASSES = ("airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck")
BATCHES = ("data_batch_1", "data_batch_2", "data_batch_3", "data_batch_4", "data_batch_5", "test_batch")
PER_BATCH = 20

Files = dict[str, bytes]

rng = np.random.default_rng(20)
IMAGES = rng.integers(0, 256, (6, PER_BATCH, 32, 32, 3), dtype=np.uint8)
LABELS = np.array([rng.permutation(np.arange(PER_BATCH) % 10) for _ in BATCHES])


def binary_files() -> Files:
    """Write byte by byte what the publisher describes: label, then the red, the green and the blue plane."""
    files = {}
    for batch, images, labels in zip(BATCHES, IMAGES, LABELS, strict=True):
        records = [
            bytes([y]) + b"".join(x[..., c].tobytes() for c in range(3)) for x, y in zip(images, labels, strict=True)
        ]
        files[f"{batch}.bin"] = b"".join(records)
    return files | {"batches.meta.txt": "\n".join((*CLASSES, "", "")).encode()}


def python_files(protocol: int = 2, to_key: Callable[[str], str | bytes] = str) -> Files:
    files = {}
    for batch, images, labels in zip(BATCHES, IMAGES, LABELS, strict=True):
        data = np.array([[x[..., c].ravel() for c in range(3)] for x in images]).reshape(PER_BATCH, 3072)
        fields = {"batch_label": "one", "labels": labels.tolist(), "data": data, "filenames": ["a.png"] * PER_BATCH}
        files[batch] = pickle.dumps({to_key(key): value for key, value in fields.items()}, protocol)
    return files | {"batches.meta": pickle.dumps({to_key("label_names"): list(CLASSES)}, protocol)}


def as_folder(path: Path, files: Files) -> Path:
    path.mkdir(parents=True)
    for name, content in files.items():
        (path / name).write_bytes(content)
    return path


def as_archive(path: Path, files: Files) -> Path:
    with tarfile.open(path, "w:gz") as archive:
        for name, content in files.items():
            member = tarfile.TarInfo(f"cifar-10-batches/{name}")
            member.size = len(content)
            archive.addfile(member, io.BytesIO(content))
    return path


def python_2_pickle(array: np.ndarray, labels: list[int]) -> bytes:
    """Write the opcodes by which Python 2 and an old NumPy pickled a published batch: byte strings throughout."""

    def text(value: bytes) -> bytes:
        return b"U" + bytes([len(value)]) + value

    def number(value: int) -> bytes:
        return b"J" + value.to_bytes(4, "little", signed=True)

    shape = number(array.shape[0]) + number(array.shape[1]) + b"\x86"
    begun = (
        b"cnumpy.core.multiarray\n_reconstruct\n" + b"cnumpy\nndarray\n" + number(0) + b"\x85" + text(b"b") + b"\x87R"
    )
    dtype = b"cnumpy\ndtype\n" + text(b"u1") + number(0) + number(1) + b"\x87R"
    dtype += b"(" + number(3) + text(b"|") + b"NNN" + number(-1) + number(-1) + number(0) + b"tb"
    raw = b"T" + array.nbytes.to_bytes(4, "little") + array.tobytes()
    state = b"(" + number(1) + shape + dtype + b"\x89" + raw + b"tb"
    listed = b"](" + b"".join(number(label) for label in labels) + b"e"
    return b"\x80\x02}(" + text(b"data") + begun + state + text(b"labels") + listed + b"u."


def test_published_python_2_batches_are_read(tmp_path: Path) -> None:
    files = python_files(to_key=str.encode)
    for batch, images, labels in zip(BATCHES, IMAGES, LABELS, strict=True):
        files[batch] = python_2_pickle(images.transpose(0, 3, 1, 2).reshape(PER_BATCH, 3072), labels.tolist())
    dataset = open_data(as_archive(tmp_path / "cifar-10-python.tar.gz", files))
    np.testing.assert_array_equal(dataset.train.X.reshape(5, PER_BATCH, 32, 32, 3), IMAGES[:5])


LAYOUTS: dict[str, Callable[[Path], Path]] = {
    "binary archive": lambda tmp: as_archive(tmp / "cifar-10-binary.tar.gz", binary_files()),
    "binary folder": lambda tmp: as_folder(tmp / "cifar-10-batches-bin", binary_files()),
    "wrapped folder": lambda tmp: as_folder(tmp / "downloads/cifar-10-batches-bin", binary_files()).parent,
    "python archive": lambda tmp: as_archive(tmp / "cifar-10-python.tar.gz", python_files()),
    "python folder": lambda tmp: as_folder(tmp / "cifar-10-batches-py", python_files()),
    "archive of any name": lambda tmp: as_archive(tmp / "download", binary_files()),
    **{
        f"python folder, protocol {n}": lambda tmp, n=n: as_folder(tmp / "py", python_files(n, str.encode))  # type: ignore[misc]
        for n in range(6)
    },
}


@pytest.mark.parametrize("write", LAYOUTS.values(), ids=LAYOUTS)
def test_every_layout_gives_the_same_data_set(write: Callable[[Path], Path], tmp_path: Path) -> None:
    path = write(tmp_path)
    dataset = open_data(path)
    assert (dataset.name, dataset.source, dataset.classes, dataset.notes) == ("cifar10", str(path), CLASSES, ())
    assert dataset.image_shape == (32, 32, 3)
    assert dataset.test is not None
    assert dataset.train.X.dtype == np.uint8
    np.testing.assert_array_equal(dataset.train.X.reshape(-1, 32, 32, 3), IMAGES[:5].reshape(-1, 32, 32, 3))
    np.testing.assert_array_equal(dataset.test.X.reshape(-1, 32, 32, 3), IMAGES[5])
    np.testing.assert_array_equal(dataset.train.y, LABELS[:5].ravel())
    np.testing.assert_array_equal(dataset.test.y, LABELS[5])


def without(files: Files, name: str) -> Files:
    return {key: value for key, value in files.items() if key != name}


def with_label(files: Files, label: int) -> Files:
    content = bytearray(files["data_batch_3.bin"])
    content[3073] = label
    return files | {"data_batch_3.bin": bytes(content)}


def batch(**fields: object) -> Files:
    whole = {"data": np.zeros((4, 3072), np.uint8), "labels": [0, 1, 2, 3]}
    return python_files() | {"test_batch": pickle.dumps(whole | fields)}


DAMAGED: dict[str, tuple[Callable[[], Files], list[str]]] = {
    "missing batch": (lambda: without(binary_files(), "data_batch_4.bin"), ["no data_batch_4.bin"]),
    "missing names": (lambda: without(binary_files(), "batches.meta.txt"), ["no batches.meta.txt"]),
    "missing pickle": (lambda: without(python_files(), "test_batch"), ["no test_batch"]),
    "cut off": (
        lambda: binary_files() | {"test_batch.bin": bytes(5000)},
        ["test_batch.bin", "3,073", "5,000", "cut off"],
    ),
    "empty batch": (lambda: binary_files() | {"data_batch_1.bin": b""}, ["data_batch_1.bin", "0 bytes"]),
    "label beyond": (lambda: with_label(binary_files(), 10), ["data_batch_3.bin", "0 to 9", "got 10", "record 2"]),
    "nine names": (lambda: binary_files() | {"batches.meta.txt": b"a b c d e f g h i"}, ["10 different class names"]),
    "names not text": (lambda: binary_files() | {"batches.meta.txt": b"\xff\xfe"}, ["10 different class names"]),
    "other shape": (lambda: batch(data=np.zeros((4, 100), np.uint8)), ["test_batch", "(N, 3072)", "(4, 100)"]),
    "other dtype": (lambda: batch(data=np.zeros((4, 3072))), ["uint8", "float64"]),
    "no array": (lambda: batch(data=[1, 2]), ["b'data'", "list"]),
    "too few labels": (lambda: batch(labels=[1]), ["b'labels'", "4", "list of 1"]),
    "labels as text": (lambda: batch(labels=["a"] * 4), ["whole numbers"]),
    "labels beyond": (lambda: batch(labels=[0, 1, 2, 10**30]), ["0 to 9", "record 4"]),
    "labels below": (lambda: batch(labels=[0, -1, 2, 3]), ["0 to 9", "got -1", "record 2"]),
    "no labels": (lambda: python_files() | {"test_batch": pickle.dumps({"data": 1})}, ["no b'labels'"]),
    "no dict": (lambda: python_files() | {"test_batch": pickle.dumps([1])}, ["pickled dict", "list"]),
    "names no list": (lambda: python_files() | {"batches.meta": pickle.dumps({"label_names": 3})}, ["label_names"]),
}


@pytest.mark.parametrize("as_path", [as_folder, as_archive])
@pytest.mark.parametrize(("files", "words"), DAMAGED.values(), ids=DAMAGED)
def test_damaged_files_are_named(
    files: Callable[[], Files], words: list[str], as_path: Callable[[Path, Files], Path], tmp_path: Path
) -> None:
    with pytest.raises(InputError) as caught:
        open_data(as_path(tmp_path / "cifar.tar.gz", files()))
    assert [word for word in words if word not in str(caught.value)] == []


@pytest.mark.parametrize("share", [0.0001, 0.3, 0.9, 0.99999])
def test_an_archive_cut_off_anywhere_is_told_so(share: float, tmp_path: Path) -> None:
    path = as_archive(tmp_path / "cifar-10-binary.tar.gz", binary_files())
    content = path.read_bytes()
    path.write_bytes(content[: max(3, int(share * len(content)))])
    with pytest.raises(InputError, match=r"(?s)cut off or no archive.*download it again"):
        open_data(path)


def test_a_flipped_byte_anywhere_is_noticed(tmp_path: Path) -> None:
    path = as_archive(tmp_path / "cifar-10-binary.tar.gz", binary_files())
    content = bytearray(path.read_bytes())
    for place in np.random.default_rng(1).integers(100, len(content) - 8, 5):
        damaged = content.copy()
        damaged[place] ^= 0x10
        path.write_bytes(damaged)
        with pytest.raises(InputError):
            open_data(path)


def test_members_are_never_written_to_the_disk(tmp_path: Path) -> None:
    path = tmp_path / "in" / "cifar-10-binary.tar.gz"
    path.parent.mkdir()
    with tarfile.open(path, "w:gz") as archive:
        for name, content in binary_files().items():
            member = tarfile.TarInfo(f"../../{name}")
            member.size = len(content)
            archive.addfile(member, io.BytesIO(content))
        link = tarfile.TarInfo("data_batch_1.bin")
        link.type, link.linkname = tarfile.SYMTYPE, "/etc/passwd"
        archive.addfile(link)
    assert len(open_data(path).train) == 5 * PER_BATCH
    assert [item.name for item in tmp_path.rglob("*")] == ["in", path.name]
