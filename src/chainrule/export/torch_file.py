"""A model for PyTorch: its ``state_dict`` as safetensors, and the few lines of Python that load it."""

from __future__ import annotations

from itertools import pairwise
from textwrap import indent

import numpy as np
from jaxtyping import Float
from numpy import ndarray

from chainrule.network.model import Model

BEGINNING = '"""A network that chainrule trained, for PyTorch'
"""How every file of lines begins: what begins otherwise is somebody else's and is not replaced."""
ACTIVATIONS = {"identity": "nn.Identity()", "logistic": "nn.Sigmoid()", "tanh": "nn.Tanh()", "relu": "nn.ReLU()"}
OUTPUTS = {
    "softmax": "``network(X).softmax(dim=1)`` are the probabilities of",
    "logistic": "``network(X).sigmoid()`` are the probabilities of",
    "squared": "``network(X)`` are the predictions for",
    "poisson": "``network(X).exp()`` are the predictions for",
}
"""What is said of the outputs, by the loss that the network was trained with."""
_STEPS = {"shift": "X = X - self.shift", "factor": "X = X * self.factor", "projection": "X = X @ self.projection"}

LINES = '''{beginning}: ``network, classes = load()``.

{outputs} raw rows X: {rows}.
"""

from pathlib import Path

import torch
from safetensors.torch import load_file
from torch import Tensor, nn

{constants}

class Network(nn.Module):
    def __init__(self) -> None:
        super().__init__()
{buffers}        self.layers = nn.Sequential(
{layers}        )

    def forward(self, X: Tensor) -> Tensor:
        """Return the scores (N, {C}) of raw rows."""
        X = X.flatten(1).to({dtype})
{steps}        return self.layers(X)


def load(path: Path = Path(__file__).with_suffix(".safetensors")) -> tuple[Network, tuple[str, ...]]:
    """Return the network with its weights, and the names of its classes."""
    network = Network().to({dtype})
    network.load_state_dict(load_file(path))
    return network.eval(), CLASSES
'''


def state_dict(model: Model) -> dict[str, Float[ndarray, "..."]]:
    """Return every number of a model under PyTorch's names, weights (outputs, inputs) as PyTorch has them."""
    parameters, fitted = model.parameters, model.preprocessing
    tensors = {name: getattr(fitted, name) for name in _STEPS if getattr(fitted, name) is not None}
    for layer, (W, b) in enumerate(zip(parameters.weights, parameters.biases, strict=True)):
        tensors[f"layers.{2 * layer}.weight"] = W.T  # every second layer of the Sequential is an activation
        tensors[f"layers.{2 * layer}.bias"] = b
    return {name: np.ascontiguousarray(tensor, parameters.dtype) for name, tensor in tensors.items()}


def loading_lines(model: Model) -> str:
    """Return the module that makes a network of a ``state_dict`` in the .safetensors file beside it."""
    fitted, architecture = model.preprocessing, model.parameters.architecture
    steps = [name for name in _STEPS if getattr(fitted, name) is not None]
    shapes = {name: ", ".join(map(str, getattr(fitted, name).shape)) for name in steps}
    buffers = [f'self.register_buffer("{name}", torch.zeros({shape}))' for name, shape in shapes.items()]
    constants = {"CLASSES": model.classes, "FEATURES": model.feature_names}
    layers: list[str] = []
    for inputs, outputs in pairwise(architecture.sizes):
        layers += [f"nn.Linear({inputs}, {outputs}),", f"{ACTIVATIONS[architecture.activation]},"]
    if model.image_shape:
        rows = "uint8 images of shape (N, {}, {}, {})".format(*model.image_shape)
    else:
        rows = f"features of shape (N, {model.n_features})"
    return LINES.format(
        beginning=BEGINNING,
        rows=rows,
        outputs=OUTPUTS[architecture.loss],
        constants=_block([f"{name} = {names!r}" for name, names in constants.items() if names], 0),
        buffers=_block(buffers, 8),
        layers=_block(layers[:-1], 12),  # nothing follows the last affine layer: its outputs are the scores
        steps=_block([_STEPS[name] for name in steps], 8),
        dtype=f"torch.{model.parameters.dtype}",
        C=architecture.output_size,
    )


def _block(lines: list[str], spaces: int) -> str:
    return indent("".join(f"{line}\n" for line in lines), " " * spaces)
