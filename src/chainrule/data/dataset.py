"""What every reader of files returns: rows of features with labels, and what is known about them."""

from __future__ import annotations

from dataclasses import dataclass

from jaxtyping import Float32, Int64, UInt8
from numpy import ndarray

ImageShape = tuple[int, int, int]
"""(height, width, channels) of an image whose pixels lie in a row in that order."""


@dataclass(frozen=True)
class Rows:
    """Examples of one published part of a data set.

    Attributes
    ----------
    X : ndarray of shape (N, D)
        uint8 pixels 0-255 (images), or float32 features (tables). May be a read-only memory map.
    y : ndarray of shape (N,), int64
        Labels, 0 to C - 1.
    """

    X: UInt8[ndarray, "N D"] | Float32[ndarray, "N D"]
    y: Int64[ndarray, " N"]

    def __len__(self) -> int:
        return len(self.y)


@dataclass(frozen=True)
class Dataset:
    """A data set as its files hold it, before any split or preprocessing of ours.

    Attributes
    ----------
    name : str
        A short name, fit for a folder: ``digits``, ``cifar10-jpeg``.
    source : str
        What to name to read it again: ``digits``, or an absolute path.
    train : Rows
        All rows that are not published as a test set.
    test : Rows or None
        The published test set, or None where the publisher made no split.
    classes : tuple of str
        The name of every label, C of them.
    image_shape : (height, width, channels) or None
        For rows of pixels, the shape of one image; None for tables.
    feature_names : tuple of str or None
        For tables, the D column names.
    notes : tuple of str
        What a person should be told about the reading (images that were resized, a cache that could not be kept).
    """

    name: str
    source: str
    train: Rows
    test: Rows | None
    classes: tuple[str, ...]
    image_shape: ImageShape | None = None
    feature_names: tuple[str, ...] | None = None
    notes: tuple[str, ...] = ()

    @property
    def n_features(self) -> int:
        """D, the number of features in a row."""
        return int(self.train.X.shape[1])

    @property
    def n_classes(self) -> int:
        """C, the number of classes."""
        return len(self.classes)

    def _repr_html_(self) -> str:
        from chainrule.display.dataset import dataset_html

        return dataset_html(self)
