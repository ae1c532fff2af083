"""Several networks as one model: the average of their probabilities, in one file."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
from jaxtyping import Float, Int64, Shaped
from numpy import ndarray
from numpy.typing import ArrayLike

from chainrule.data.features import Features, Subset
from chainrule.data.preprocess import Preprocessing
from chainrule.errors import InputError
from chainrule.network import stack
from chainrule.network.evaluate import Evaluation, evaluate
from chainrule.network.model import Model
from chainrule.network.parameters import Architecture, Parameters
from chainrule.tensor_file import read_tensors, write_tensors

KIND, VERSION = "ensemble", 1
FITTED = ("shift", "factor", "projection")


@dataclass(frozen=True)
class Ensemble:
    """Networks that were trained on the same data with the same preprocessing.

    Attributes
    ----------
    models : tuple of Model
    """

    models: tuple[Model, ...]

    def predict_proba(self, X: ArrayLike) -> Float[ndarray, "N C"]:
        """Return the probability (N, C) of every class for raw rows X (N, D): the mean over the networks."""
        return np.mean([model.predict_proba(X) for model in self.models], axis=0)

    def predict(self, X: ArrayLike) -> Int64[ndarray, " N"]:
        """Return the label (N,) of the most probable class for raw rows X (N, D)."""
        return self.predict_proba(X).argmax(axis=1)

    def evaluate(self, subset: Subset) -> Evaluation:
        """Judge it on rows that were prepared as its networks take them; of dead units nothing is told."""

        def forward(_: Parameters, features: Features, rows: Int64[ndarray, " n"]) -> list[Float[ndarray, "n _"]]:
            X = features.gather(rows, self.models[0].parameters.dtype)
            probs = np.mean([stack.forward(model.parameters, X).probs for model in self.models], axis=0)
            return [np.log(np.maximum(probs, np.finfo(probs.dtype).tiny))]  # scores whose softmax is just that

        first = self.models[0].parameters.architecture
        return evaluate(Parameters.zeros(Architecture(first.input_size, (), first.output_size), "f4"), subset, forward)

    @property
    def preprocessing(self) -> Preprocessing:
        """What makes inputs of raw rows."""
        return self.models[0].preprocessing

    @property
    def n_features(self) -> int:
        """D, the number of features of a row."""
        return self.models[0].n_features

    @property
    def classes(self) -> tuple[str, ...]:
        """The name of every label."""
        return self.models[0].classes

    @property
    def image_shape(self) -> tuple[int, int, int] | None:
        """Height, width and channels of the images that it takes, or None."""
        return self.models[0].image_shape

    @property
    def feature_names(self) -> tuple[str, ...] | None:
        """The columns of the table that it was trained on, or None."""
        return self.models[0].feature_names

    def save(self, path: Path) -> None:
        """Write all networks and what they share to one safetensors file, whole or not at all."""
        first, tensors = self.models[0], dict[str, Shaped[ndarray, "..."]]()
        for number, model in enumerate(self.models):
            tensors |= {f"{number}.{name}": array for name, array in model.parameters.views.items()}
        for name in FITTED:
            if (array := getattr(first.preprocessing, name)) is not None:
                tensors[f"preprocessing.{name}"] = array
        header = {
            "architectures": [asdict(model.parameters.architecture) for model in self.models],
            "preprocessing": first.preprocessing.steps,
            "classes": first.classes,
            "image_shape": first.image_shape,
            "feature_names": first.feature_names,
        }
        write_tensors(path, KIND, VERSION, tensors, header)

    @classmethod
    def load(cls, path: Path) -> Ensemble:
        """Read what :meth:`save` wrote.

        Raises
        ------
        InputError
            If the file is cut off, is no ensemble, or its arrays do not fit together.
        """
        tensors, header = read_tensors(path, KIND, VERSION)
        networks = header.get("architectures")
        if not isinstance(networks, list) or not networks:
            expected = "an ensemble's header with its architectures"
            raise InputError(str(path), expected=expected, got="none" if networks is None else repr(networks))
        shared = {name: array for name, array in tensors.items() if name.startswith("preprocessing.")}
        models = []
        for number, architecture in enumerate(networks):
            prefix = f"{number}."
            own = {name.removeprefix(prefix): array for name, array in tensors.items() if name.startswith(prefix)}
            models.append(Model.of_file(path, own | shared, {**header, "architecture": architecture}))
        return cls(tuple(models))
