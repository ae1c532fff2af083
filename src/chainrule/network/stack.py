"""The whole network: affine and ReLU in turn, softmax at the end; its loss, and the chain rule back through it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float, Integer
from numpy import ndarray

from chainrule.errors import InputError
from chainrule.network import affine, penalty, relu, softmax_loss
from chainrule.network.parameters import Parameters


@dataclass(frozen=True)
class Forward:
    """Every value of a forward pass over N examples; ``values["z1"]`` finds one by its name.

    Attributes
    ----------
    activations : list of ndarray
        a0 (the inputs X), a1, ... of shapes (N, D), (N, H1), ...: what each affine step was given.
    pre_activations : list of ndarray
        z1, z2, ... of shapes (N, H1), ..., (N, C); the last one is the scores.
    probs : ndarray of shape (N, C)
        Softmax of the scores.
    """

    activations: list[Float[ndarray, "N _"]]
    pre_activations: list[Float[ndarray, "N _"]]
    probs: Float[ndarray, "N C"]

    @property
    def scores(self) -> Float[ndarray, "N C"]:
        """The last pre-activation."""
        return self.pre_activations[-1]

    @property
    def values(self) -> dict[str, Float[ndarray, "N _"]]:
        """All of them by name: a0, z1, a1, z2, ..., scores, probs."""
        named = {f"a{layer}": a for layer, a in enumerate(self.activations)}
        named |= {f"z{layer}": z for layer, z in enumerate(self.pre_activations, start=1)}
        return named | {"X": self.activations[0], "scores": self.scores, "probs": self.probs}


def forward(parameters: Parameters, X: Float[ndarray, "N D"]) -> Forward:
    """Run N examples through the network and keep every intermediate value.

    Raises
    ------
    InputError
        If X is not of shape (N, D) with the network's own D.
    """
    D = parameters.architecture.input_size
    if X.ndim != 2 or X.shape[1] != D:
        raise InputError("X", expected=f"shape (N, D) with D = {D} features", got=f"shape {X.shape}")
    activations: list[ndarray] = [X]
    pre_activations: list[ndarray] = []
    for W, b in zip(parameters.weights, parameters.biases, strict=True):
        if pre_activations:  # every layer but the first is fed the ReLU of the one before
            activations.append(relu.forward(pre_activations[-1]))
        pre_activations.append(affine.forward(activations[-1], W, b))
    return Forward(activations, pre_activations, softmax_loss.softmax(pre_activations[-1]))


@dataclass(frozen=True)
class LossParts:
    """The loss as the sum it is: the data loss and the penalty of every weight matrix."""

    data: float
    penalties: tuple[float, ...]

    @property
    def total(self) -> float:
        """What training makes smaller."""
        return self.data + sum(self.penalties)


def loss(parameters: Parameters, scores: Float[ndarray, "N C"], y: Integer[ndarray, " N"], reg: float) -> LossParts:
    """Return the parts of the loss: the mean of -log probs[n, y_n], and reg * ||W||^2 for W1, W2, ..."""
    return LossParts(softmax_loss.forward(scores, y), tuple(penalty.forward(W, reg) for W in parameters.weights))


@dataclass(frozen=True)
class Backward:
    """Every value of a backward pass, each of the shape of the value it is the gradient of.

    Attributes
    ----------
    d_activations : list of ndarray
        da1, da2, ... (the gradient of the inputs, da0, is nobody's to use and is not computed).
    d_pre_activations : list of ndarray
        dz1, dz2, ...; the last one is dscores.
    gradients : Parameters
        dW1, db1, ... under the names of their parameters: ``gradients["W1"]`` is dW1.
    """

    d_activations: list[Float[ndarray, "N _"]]
    d_pre_activations: list[Float[ndarray, "N _"]]
    gradients: Parameters

    @property
    def values(self) -> dict[str, Float[ndarray, "..."]]:
        """All of them by name: da1, ..., dz1, ..., dscores, dW1, db1, ..."""
        named = {f"da{layer}": da for layer, da in enumerate(self.d_activations, start=1)}
        named |= {f"dz{layer}": dz for layer, dz in enumerate(self.d_pre_activations, start=1)}
        named |= {"dscores": self.d_pre_activations[-1]}
        return named | {f"d{name}": gradient for name, gradient in self.gradients.views.items()}


def backward(parameters: Parameters, values: Forward, y: Integer[ndarray, " N"], reg: float) -> Backward:
    """Hand the upstream gradient from the loss down to W1, one local gradient at a time."""
    gradients = Parameters(parameters.architecture, np.empty_like(parameters.buffer))
    dz = softmax_loss.backward(values.probs, y)
    d_pre_activations: list[ndarray] = [dz]
    d_activations: list[ndarray] = []
    for layer in range(parameters.architecture.depth, 0, -1):
        W, a = parameters[f"W{layer}"], values.activations[layer - 1]
        gradients[f"W{layer}"][...] = affine.weight_gradient(dz, a) + penalty.backward(W, reg)
        gradients[f"b{layer}"][...] = affine.bias_gradient(dz)
        if layer > 1:
            da = affine.input_gradient(dz, W)
            dz = relu.backward(da, values.pre_activations[layer - 2])
            d_activations.insert(0, da)
            d_pre_activations.insert(0, dz)
    return Backward(d_activations, d_pre_activations, gradients)


def loss_and_gradients(
    parameters: Parameters, X: Float[ndarray, "N D"], y: Integer[ndarray, " N"], reg: float
) -> tuple[LossParts, Parameters]:
    """Return the loss of a mini-batch and its gradient with respect to every parameter."""
    values = forward(parameters, X)
    return loss(parameters, values.scores, y, reg), backward(parameters, values, y, reg).gradients
