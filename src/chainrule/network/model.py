"""A trained network together with all it needs to name the class of a raw row: preprocessing and labels."""

from __future__ import annotations

from dataclasses import MISSING, dataclass, fields
from pathlib import Path
from typing import Any

import numpy as np
from jaxtyping import Bool, Float, Int64, Shaped
from numpy import ndarray
from numpy.typing import ArrayLike

from chainrule.data.dataset import ImageShape
from chainrule.data.given import finite_rows
from chainrule.data.preprocess import Preprocessing
from chainrule.network import stack
from chainrule.network.model_file import FITTED, architecture_of, check_arrays, check_classes, checked_header
from chainrule.network.parameters import Architecture, Parameters
from chainrule.tensor_file import read_tensors, write_tensors

KIND, VERSION = "model", 1
EVEN = 0.5  # a label that is as probable as not


@dataclass(frozen=True)
class Model:
    """A network that takes raw rows.

    Its loss says what it gives for each: the probability of every class (softmax), of every label by itself (logistic),
    or numbers (squared, poisson).

    Attributes
    ----------
    parameters : Parameters
    preprocessing : Preprocessing
        Fitted on the rows that the network was trained on.
    classes : tuple of str
        The name of every label or number, C of them.
    image_shape : (height, width, channels) or None
        What an image must be made before its pixels are a row; None for tables.
    feature_names : tuple of str or None
        The columns of a table, in order.
    """

    parameters: Parameters
    preprocessing: Preprocessing
    classes: tuple[str, ...]
    image_shape: ImageShape | None = None
    feature_names: tuple[str, ...] | None = None

    @property
    def n_features(self) -> int:
        """D, the number of features of a raw row."""
        projection = self.preprocessing.projection
        return self.parameters.architecture.input_size if projection is None else int(projection.shape[0])

    def predict_proba(self, X: ArrayLike) -> Float[ndarray, "N C"]:
        """Return the probability (N, C) of every class, or the network's other outputs.

        Parameters
        ----------
        X : array_like of shape (N, D), any real type
            Raw rows, as they were before any preprocessing.

        Raises
        ------
        InputError
            If the rows have another number of features than those of training, or one is missing, infinite or no
            number.
        """
        rows = finite_rows("X", X, self.n_features)
        return stack.forward(self.parameters, self.preprocessing.apply(rows, self.parameters.dtype)).outputs

    def predict(self, X: ArrayLike) -> Int64[ndarray, " N"] | Bool[ndarray, "N C"] | Float[ndarray, "N C"]:
        """Return what the network finds for raw rows X (N, D): see :meth:`predict_proba`.

        Returns
        -------
        ndarray
            With softmax the label (N,) of the most probable class, with logistic whether (N, C) each label is more
            probable than not, otherwise the outputs (N, C).
        """
        outputs, loss = self.predict_proba(X), self.parameters.architecture.loss
        if loss == "softmax":
            return outputs.argmax(axis=1)
        return outputs > EVEN if loss == "logistic" else outputs

    def save(self, path: Path | str) -> None:
        """Write everything to one safetensors file, whole or not at all."""
        fitted = {name: getattr(self.preprocessing, name) for name in FITTED}
        tensors = dict(self.parameters.views)
        tensors |= {f"preprocessing.{name}": array for name, array in fitted.items() if array is not None}
        header = {
            "architecture": _told(self.parameters.architecture),
            "preprocessing": self.preprocessing.steps,
            "classes": self.classes,
            "image_shape": self.image_shape,
            "feature_names": self.feature_names,
        }
        write_tensors(Path(path), KIND, VERSION, tensors, header)

    @classmethod
    def load(cls, path: Path | str) -> Model:
        """Read a model that :meth:`save` wrote.

        Raises
        ------
        InputError
            If the file is cut off, is no model, is of a later version, or its arrays do not fit together.
        """
        return cls.of_file(Path(path), *read_tensors(Path(path), KIND, VERSION))

    @classmethod
    def of_file(cls, path: Path, tensors: dict[str, Shaped[ndarray, "..."]], header: dict[str, Any]) -> Model:
        """Return the model that the arrays and the header of a file are, once they are seen to fit together.

        Raises
        ------
        InputError
            If they do not.
        """
        told = checked_header(path, header)
        architecture = architecture_of(path, told)
        check_classes(path, told)
        check_arrays(path, tensors, told, architecture)
        buffer = np.concatenate([tensors[name].ravel() for name in architecture.shapes])
        fitted = {name: tensors.get(f"preprocessing.{name}") for name in FITTED}
        return cls(
            Parameters(architecture, buffer),
            Preprocessing(told.preprocessing, **fitted),
            told.classes,
            told.image_shape,
            told.feature_names,
        )


def _told(architecture: Architecture) -> dict[str, Any]:
    """Return an architecture as a header has it: sizes, and functions where they are not the default."""
    told = {field.name: getattr(architecture, field.name) for field in fields(architecture)}
    usual = {field.name: field.default for field in fields(architecture) if field.default is not MISSING}
    return {name: value for name, value in told.items() if name not in usual or value != usual[name]}
