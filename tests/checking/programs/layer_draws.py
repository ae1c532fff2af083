"""The numbers that layers are run on."""

from __future__ import annotations

import numpy as np
from numpy import ndarray

from tests.checking.programs.doors import Layer
from tests.checking.programs.draws import Draw

DENSE = (
    Layer("affine", "affine_forward", "affine_backward", ("x", "w", "b")),
    Layer("relu", "relu_forward", "relu_backward", ("x",)),
    Layer("sandwich", "affine_relu_forward", "affine_relu_backward", ("x", "w", "b")),
    Layer("svm", "svm_loss", "", ("x",)),
    Layer("softmax", "softmax_loss", "", ("x",)),
)
CONVOLUTION = (
    Layer("conv", "conv_forward_naive", "conv_backward_naive", ("x", "w", "b"), ({"stride": 1, "pad": 1},)),
    Layer("conv2", "conv_forward_naive", "conv_backward_naive", ("x", "w", "b"), ({"stride": 2, "pad": 0},)),
    Layer(
        "pool",
        "max_pool_forward_naive",
        "max_pool_backward_naive",
        ("x",),
        ({"stride": 1, "pool_height": 2, "pool_width": 2},),
    ),
)
NORMALISATION = (
    Layer("batch", "batchnorm_forward", "batchnorm_backward", ("x", "gamma", "beta")),
    Layer("layer", "layernorm_forward", "layernorm_backward", ("x", "gamma", "beta")),
)


def dense(seed: int) -> Draw:
    """Draw affine layers, ReLU, and losses of scores."""
    rng = np.random.default_rng(seed)
    N, D, M, C = (3, 4, 5, 6) if seed % 2 else (5, 6, 4, 3)
    shapes = {
        "affine.x": (N, 2, D // 2),
        "affine.w": (2 * (D // 2), M),
        "affine.b": (M,),
        "relu.x": (N, D),
        "sandwich.x": (N, D),
        "sandwich.w": (D, M),
        "sandwich.b": (M,),
        "svm.x": (N, C),
        "softmax.x": (N, C),
    }
    return Draw(_normal(rng, shapes), {"labels": rng.integers(0, C, N)})


def convolution(seed: int) -> Draw:
    """Draw small images and filters."""
    rng = np.random.default_rng(seed)
    shapes = {
        "conv.x": (2, 3, 4, 3),
        "conv.w": (2, 3, 3, 3),
        "conv.b": (2,),
        "conv2.x": (1, 2, 3, 5),
        "conv2.w": (3, 2, 3, 3),
        "conv2.b": (3,),
        "pool.x": (2, 3, 3, 4),
    }
    return Draw(_normal(rng, shapes))


def normalisation(seed: int) -> Draw:
    """Draw rows to normalise, with scales and shifts that are not one and zero."""
    rng = np.random.default_rng(seed)
    shapes = {f"{layer}.{name}": shape for layer in ("batch", "layer") for name, shape in _norm_shapes(seed).items()}
    return Draw(_normal(rng, shapes))


def _norm_shapes(seed: int) -> dict[str, tuple[int, ...]]:
    N, D = ((5, 4), (4, 7), (6, 3), (3, 5))[seed % 4]
    return {"x": (N, D), "gamma": (D,), "beta": (D,)}


def _normal(rng: np.random.Generator, shapes: dict[str, tuple[int, ...]]) -> dict[str, ndarray]:
    return {name: rng.normal(0.2, 1.0, shape) for name, shape in shapes.items()}
