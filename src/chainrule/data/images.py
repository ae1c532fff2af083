"""A folder or a zip of class folders with images of any size to rows of pixels of one size."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
from numpy import ndarray

from chainrule.data.allocate import Allocate, in_memory
from chainrule.data.dataset import Dataset, Rows
from chainrule.data.file_tree import FileTree, open_tree
from chainrule.data.image_pixels import Opened, Plan, image_suffixes, open_image, pillow_warnings, pixels
from chainrule.data.image_tree import ImageTree, find_classes
from chainrule.errors import InputError

LARGEST_OWN_SIZE = 64
"""Images that are all of one size up to this width and height stay as they are."""

DEFAULT_SIZE = (32, 32)
LARGEST_SIZE = 1024
REPORT_EVERY = 500

Progress = Callable[[int, int], None]
"""Told now and then how many of how many (images, or bytes of a download) are done."""


def read_images(
    path: Path,
    allocate: Allocate = in_memory,
    image_size: tuple[int, int] | None = None,
    progress: Progress | None = None,
) -> Dataset:
    """Read a folder or a zip laid out as ``train/<class>/`` and ``test/<class>/``, or as ``<class>/`` alone.

    Parameters
    ----------
    image_size : (width, height), optional
        By default the images' own size, if all have one and it is at most 64 by 64, and 32 by 32 otherwise.

    Returns
    -------
    Dataset
        Rows (N, D) of pixels: one channel if every image is grayscale, otherwise red, green and blue. Notes tell how
        many images were resized and which files were passed over.

    Raises
    ------
    InputError
        If the layout is another, or an image cannot be read: nothing is left out silently.
    """
    refuse_odd_size(image_size)
    with open_tree(path) as files, pillow_warnings():
        tree = find_classes(files, path, image_suffixes())
        decoder = _Decoder(files, path, tree, image_size, progress)
        train, test = decoder.rows(allocate)
    return Dataset(
        name=path.name if path.is_dir() else path.stem,
        source=str(path),
        train=train,
        test=test,
        classes=tree.classes,
        image_shape=decoder.plan.image_shape,
        notes=(*_note_of_resized(decoder), *_note_of_ignored(tree)),
    )


def refuse_odd_size(image_size: tuple[int, int] | None) -> None:
    """Raise InputError for a size that no image can be made to."""
    if image_size is not None and not all(1 <= side <= LARGEST_SIZE for side in image_size):
        raise InputError(
            "--image-size",
            expected=f"a width and a height from 1 to {LARGEST_SIZE}",
            got="x".join(str(side) for side in image_size),
        )


class _Decoder:
    """Decodes all images to one plan, which the first image makes.

    An image that the plan does not suit widens it, and decoding starts over: sets of one kind, the usual case, are read
    once instead of twice, and in mixed ones an odd image stands near the beginning.
    """

    def __init__(
        self,
        files: FileTree,
        path: Path,
        tree: ImageTree,
        image_size: tuple[int, int] | None,
        progress: Progress | None,
    ) -> None:
        self.files, self.path, self.tree = files, path, tree
        self.image_size, self.progress = image_size, progress
        first = self._open(tree.train[0][0])
        is_small = max(first.size) <= LARGEST_OWN_SIZE
        self.own_size = first.size if image_size is None and is_small else None
        self.plan = Plan(self.own_size or image_size or DEFAULT_SIZE, first.is_grayscale)
        self.n_resized = self.n_done = 0

    @property
    def n_images(self) -> int:
        return len(self.tree.train) + len(self.tree.test or ())

    def rows(self, allocate: Allocate) -> tuple[Rows, Rows | None]:
        while True:
            self.n_resized = self.n_done = 0
            plan = self.plan
            train = self._part("train", self.tree.train, allocate)
            test = None if train is None or self.tree.test is None else self._part("test", self.tree.test, allocate)
            if train is not None and plan == self.plan:
                return train, test

    def _part(self, name: str, images: tuple[tuple[str, int], ...], allocate: Allocate) -> Rows | None:
        """Decode the images of a part, or return None as soon as one has widened the plan."""
        height, width, channels = self.plan.image_shape
        X = allocate(name, (len(images), height * width * channels))
        for row, (image, _) in zip(X, images, strict=True):
            if not self._fits(row, image):
                return None
        return Rows(X, np.array([label for _, label in images], np.int64))

    def _fits(self, row: ndarray, name: str) -> bool:
        opened = self._open(name)
        if self.own_size not in {None, opened.size}:
            self.own_size, self.plan = None, Plan(DEFAULT_SIZE, self.plan.is_grayscale)
            return False
        if self.plan.is_grayscale and not opened.is_grayscale:
            self.plan = Plan(self.plan.size, is_grayscale=False)
            return False
        row[:] = pixels(opened, self.plan, f"{self.path}: {name}")
        self.n_resized += opened.size != self.plan.size
        self.n_done += 1
        if self.progress is not None and (self.n_done % REPORT_EVERY == 0 or self.n_done == self.n_images):
            self.progress(self.n_done, self.n_images)
        return True

    def _open(self, name: str) -> Opened:
        return open_image(self.files.read(name), f"{self.path}: {name}")


def _note_of_resized(decoder: _Decoder) -> list[str]:
    width, height = decoder.plan.size
    if not decoder.n_resized:
        return []
    return [f"{decoder.n_resized:,} of {decoder.n_images:,} images were resized to {width}x{height}"]


def _note_of_ignored(tree: ImageTree) -> list[str]:
    if not tree.ignored:
        return []
    suffixes = ", ".join(suffix or "without a suffix" for suffix in sorted(tree.ignored))
    return [f"files that are no images by their names were passed over: {tree.ignored.total():,} ({suffixes})"]
