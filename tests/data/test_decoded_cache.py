"""Files are decoded once; a damaged, stale, contested or forbidden cache costs time and never the data."""

from __future__ import annotations

import multiprocessing
import os
import threading
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from chainrule.data.allocate import Allocate, on_disk
from chainrule.data.cache import cache_folder, read_cached
from chainrule.data.dataset import Dataset, Rows
from chainrule.errors import InputError, StorageError


class Reader:
    """Makes a data set whose pixels tell the size of the file, and counts how often it is asked."""

    def __init__(self, path: Path) -> None:
        self.path, self.calls = path, 0
        path.write_bytes(b"abc")

    def __call__(self, allocate: Allocate) -> Dataset:
        self.calls += 1
        X = allocate("train", (4, 12))
        X[:] = np.arange(48).reshape(4, 12) + self.path.stat().st_size
        test = allocate("test", (2, 12))
        test[:] = 7
        parts = Rows(X, np.array([0, 1, 0, 1])), Rows(test, np.array([1, 0]))
        return Dataset("set", str(self.path), *parts, ("cat", "dog"), (2, 2, 3), notes=("a note",))


@pytest.fixture
def reader(tmp_path: Path) -> Reader:
    return Reader(tmp_path / "set.zip")


def assert_same(found: Dataset, expected: Dataset) -> None:
    for ours, theirs in ((found.train, expected.train), (found.test, expected.test)):
        assert ours is not None
        assert theirs is not None
        np.testing.assert_array_equal(ours.X, theirs.X)
        np.testing.assert_array_equal(ours.y, theirs.y)
        assert ours.X.dtype == np.uint8
        assert ours.y.dtype == np.int64
    assert replace(found, train=expected.train, test=expected.test) == expected


def in_memory(reader: Reader) -> Dataset:
    return reader(lambda part, shape: np.empty(shape, np.uint8))


def test_the_second_reading_decodes_nothing(reader: Reader) -> None:
    expected = in_memory(reader)
    for _ in range(3):
        assert_same(read_cached(reader.path, "images", reader), expected)
    assert reader.calls == 2


def test_another_way_of_reading_is_another_entry(reader: Reader) -> None:
    for how in ("images (8, 8)", "images (9, 9)", "images (8, 8)"):
        read_cached(reader.path, how, reader)
    assert reader.calls == 2


def grow(path: Path) -> None:
    path.write_bytes(b"abcdef")


def touch(path: Path) -> None:
    os.utime(path, ns=(1, 1))


@pytest.mark.parametrize("change", [grow, touch])
def test_a_changed_file_is_read_again_and_its_old_entry_goes(change: Callable[[Path], None], reader: Reader) -> None:
    read_cached(reader.path, "images", reader)
    change(reader.path)
    assert_same(read_cached(reader.path, "images", reader), in_memory(reader))
    assert reader.calls == 3
    assert len(list(cache_folder().rglob("dataset.json"))) == 1


@pytest.mark.parametrize("change", ["add", "remove", "grow", "rename"])
def test_a_changed_folder_is_read_again(change: str, reader: Reader, tmp_path: Path) -> None:
    folder = tmp_path / "set"
    (folder / "cat").mkdir(parents=True)
    file = folder / "cat" / "1.png"
    file.write_bytes(b"1")
    for _ in range(2):
        read_cached(folder, "images", reader)
    assert reader.calls == 1
    match change:
        case "add":
            (folder / "cat" / "2.png").write_bytes(b"2")
        case "remove":
            file.unlink()
        case "grow":
            file.write_bytes(b"22")
        case "rename":
            (folder / "cat").rename(folder / "dog")
    read_cached(folder, "images", reader)
    assert reader.calls == 2


def cut(file: Path) -> None:
    file.write_bytes(file.read_bytes()[:-1])


def flip(file: Path) -> None:
    content = bytearray(file.read_bytes())
    content[-1] ^= 1
    file.write_bytes(content)


def scribble(file: Path) -> None:
    file.write_bytes(b"[1, 2]")


def empty(file: Path) -> None:
    file.write_bytes(b"")


@pytest.mark.parametrize("damage", [Path.unlink, cut, flip, scribble, empty])
@pytest.mark.parametrize("name", ["train.npy", "test.npy", "train_labels.npy", "dataset.json"])
def test_a_damaged_entry_is_thrown_away_and_redone(damage: Callable[[Path], None], name: str, reader: Reader) -> None:
    read_cached(reader.path, "images", reader)
    (file,) = cache_folder().rglob(name)
    damage(file)
    assert_same(read_cached(reader.path, "images", reader), in_memory(reader))
    read_cached(reader.path, "images", reader)
    assert reader.calls == 3


def test_a_cache_that_cannot_be_written_is_a_note(
    reader: Reader, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").write_text("in the way")
    monkeypatch.setenv("CHAINRULE_CACHE", str(tmp_path / "file"))
    dataset = read_cached(reader.path, "images", reader)
    first, note = dataset.notes
    assert first == "a note"
    assert "could not be kept" in note
    assert str(tmp_path / "file") in note
    np.testing.assert_array_equal(dataset.train.X, in_memory(reader).train.X)


def test_a_full_disk_is_a_note_and_leaves_nothing(reader: Reader, cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("chainrule.data.allocate._reserve", full)
    dataset = read_cached(reader.path, "images", reader)
    assert "No space left on device" in dataset.notes[-1]
    assert [item for item in cache.rglob("*") if item.is_file()] == []


def test_space_is_claimed_before_it_is_written_to(tmp_path: Path) -> None:
    array = on_disk(tmp_path)("train", (1000, 3072))
    assert (tmp_path / "train.npy").stat().st_blocks * 512 >= array.nbytes


def test_what_the_source_lacks_stays_an_error(reader: Reader, cache: Path) -> None:
    def fail(allocate: Allocate) -> Dataset:
        raise InputError("set", expected="images", got="none")

    with pytest.raises(InputError, match="expected images"):
        read_cached(reader.path, "images", fail)
    with pytest.raises(StorageError, match="No such file"):
        read_cached(reader.path.with_name("gone"), "images", reader)
    assert [item for item in cache.rglob("*") if item.is_file()] == []


def test_two_threads_that_fill_an_entry_at_once_both_succeed(reader: Reader) -> None:
    both_decode = threading.Barrier(2)
    found = []

    def read(allocate: Allocate) -> Dataset:
        dataset = reader(allocate)
        both_decode.wait(timeout=10)
        return dataset

    threads = [
        threading.Thread(target=lambda: found.append(read_cached(reader.path, "images", read))) for _ in range(2)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    expected = in_memory(reader)
    assert len(found) == 2
    for dataset in found:
        assert_same(dataset, expected)


def _read_in_a_process(path: str) -> int:
    reader = Reader.__new__(Reader)
    reader.path, reader.calls = Path(path), 0
    return int(read_cached(reader.path, "images", reader).train.X.sum())


def test_processes_that_fill_an_entry_at_once_all_succeed(reader: Reader) -> None:
    expected = int(in_memory(reader).train.X.sum())
    with multiprocessing.get_context("spawn").Pool(2) as pool:
        assert pool.map(_read_in_a_process, [str(reader.path)] * 6) == [expected] * 6


def test_without_the_variable_it_is_the_folder_of_the_system(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("CHAINRULE_CACHE")
    assert cache_folder().is_absolute()
    assert cache_folder().parts[-1].lower() in {"chainrule", "cache"}
