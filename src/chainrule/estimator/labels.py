"""Class labels as a network is given them, and its outputs as labels again."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from jaxtyping import Bool, Float, Int64, Shaped
from numpy import ndarray
from scipy.sparse import csr_matrix, issparse
from sklearn.utils.multiclass import type_of_target, unique_labels


@dataclass(frozen=True)
class Labels:
    """The classes of a problem and how they are told to a network.

    Attributes
    ----------
    classes : ndarray of shape (C,)
        Every label once, sorted; for multilabel targets the numbers of the columns.
    kind : {"binary", "multiclass", "multilabel"}
        One output for the second of two classes, one for each class, or one for each label.
    sparse : bool
        Whether multilabel targets came, and are given back, as a sparse matrix.
    """

    classes: Shaped[ndarray, " C"]
    kind: str
    sparse: bool = False

    @classmethod
    def of(cls, y: Any) -> Labels:
        """Find the classes of targets y: (N,) labels of any type, or an (N, L) matrix of zeros and ones.

        Raises
        ------
        ValueError
            In scikit-learn's own words, if y does not hold classes.
        """
        if type_of_target(y) == "multilabel-indicator":
            return cls(unique_labels(y), "multilabel", issparse(y))
        if getattr(y, "ndim", 1) > 1:
            raise ValueError("Multioutput target data is not supported with label binarization")
        classes = unique_labels(y)
        return cls(classes, "multiclass" if len(classes) > 2 else "binary")

    @property
    def n_outputs(self) -> int:
        """The number of the network's outputs."""
        return 1 if self.kind == "binary" else len(self.classes)

    def codes(self, y: Shaped[ndarray, " N"]) -> Int64[ndarray, " N"]:
        """Return the number (N,), int64, of each label among the classes."""
        return np.searchsorted(self.classes, y).astype(np.int64)

    def one_hot(self, y: Any) -> Bool[ndarray, "N outputs"]:
        """Return y as an (N, outputs) matrix of booleans."""
        if self.kind == "multilabel":
            return np.asarray(y.toarray() if issparse(y) else y) != 0
        codes = self.codes(y)
        return (codes == 1)[:, None] if self.kind == "binary" else codes[:, None] == np.arange(len(self.classes))

    def decode(self, outputs: Float[ndarray, "N outputs"]) -> Any:
        """Return the labels for a network's outputs (N, outputs), which are probabilities."""
        if self.kind == "multilabel":
            chosen = (outputs > 0.5).astype(int)
            return csr_matrix(chosen) if self.sparse else chosen
        if self.kind == "multiclass":
            return self.classes[outputs.argmax(axis=1)]
        return self.classes[np.where(outputs[:, 0] > 0.5, len(self.classes) - 1, 0)]

    def probabilities(self, outputs: Float[ndarray, "N outputs"]) -> Float[ndarray, "N C"]:
        """Return one column a class (N, C): the first of two classes has what the second leaves."""
        if len(self.classes) == 1 and self.kind == "binary":
            return np.ones_like(outputs)
        return np.hstack([1 - outputs, outputs]) if self.kind == "binary" else outputs
