"""The whole network: affine and activation in turn, a loss at the end, and the chain rule back through it all."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from jaxtyping import Float
from numpy import ndarray

from chainrule.errors import InputError
from chainrule.network import affine, dropout, losses, penalty
from chainrule.network.activations import ACTIVATIONS
from chainrule.network.dropout import Dropout
from chainrule.network.losses import LOSSES, Targets
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
    outputs : ndarray of shape (N, C)
        What the loss makes of the scores; softmax, unless the network says otherwise.
    masks : list of ndarray
        With dropout, what the activations of each hidden layer were multiplied by; otherwise empty.
    """

    activations: list[Float[ndarray, "N _"]]
    pre_activations: list[Float[ndarray, "N _"]]
    outputs: Float[ndarray, "N C"]
    masks: list[Float[ndarray, "N _"]] = field(default_factory=list)

    @property
    def probs(self) -> Float[ndarray, "N C"]:
        """The outputs, by the name that they have where they are probabilities."""
        return self.outputs

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


def forward(parameters: Parameters, X: Float[ndarray, "N D"], drop: Dropout | None = None) -> Forward:
    """Run N examples through the network and keep every intermediate value.

    Raises
    ------
    InputError
        If X is not of shape (N, D) with the network's own D.
    """
    architecture = parameters.architecture
    D, activation = architecture.input_size, ACTIVATIONS[architecture.activation]
    if X.ndim != 2 or X.shape[1] != D:
        raise InputError("X", expected=f"shape (N, D) with D = {D} features", got=f"shape {X.shape}")
    activations: list[ndarray] = [X]
    pre_activations: list[ndarray] = []
    masks: list[ndarray] = []
    for layer in range(1, architecture.depth + 1):
        z = affine.forward(activations[-1], parameters[f"W{layer}"], parameters[f"b{layer}"])
        pre_activations.append(z)
        if layer < architecture.depth:  # the last pre-activation is the scores
            a = activation.forward(z)
            if drop:
                masks.append(dropout.mask(drop, layer, len(a), a.shape[1], a.dtype))
                a = dropout.forward(a, masks[-1])
            activations.append(a)
    return Forward(activations, pre_activations, LOSSES[architecture.loss].outputs(z), masks)


@dataclass(frozen=True)
class LossParts:
    """The loss as the sum it is: the data loss and the penalty of every weight matrix."""

    data: float
    penalties: tuple[float, ...]

    @property
    def total(self) -> float:
        """What training makes smaller."""
        return self.data + sum(self.penalties)


def loss(
    parameters: Parameters,
    scores: Float[ndarray, "N C"],
    y: Targets,
    reg: float,
    sample_weight: Float[ndarray, " N"] | None = None,
    label_smoothing: float = 0.0,
) -> LossParts:
    """Return the parts of the loss: the mean of -log probs[n, y_n] (or another loss), and reg * ||W||^2 for each W."""
    data = losses.forward(parameters.architecture.loss, scores, y, sample_weight, label_smoothing)
    return LossParts(data, tuple(penalty.forward(W, reg) for W in parameters.weights))


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


def backward(
    parameters: Parameters,
    values: Forward,
    y: Targets,
    reg: float,
    sample_weight: Float[ndarray, " N"] | None = None,
    label_smoothing: float = 0.0,
) -> Backward:
    """Hand the upstream gradient from the loss down to W1, one local gradient at a time."""
    architecture = parameters.architecture
    activation = ACTIVATIONS[architecture.activation]
    gradients = Parameters(architecture, np.empty_like(parameters.buffer))
    dz = losses.backward(architecture.loss, values.outputs, y, sample_weight, label_smoothing)
    d_pre_activations: list[ndarray] = [dz]
    d_activations: list[ndarray] = []
    for layer in range(architecture.depth, 0, -1):
        W, a = parameters[f"W{layer}"], values.activations[layer - 1]
        gradients[f"W{layer}"][...] = affine.weight_gradient(dz, a) + penalty.backward(W, reg)
        gradients[f"b{layer}"][...] = affine.bias_gradient(dz)
        if layer > 1:
            da = affine.input_gradient(dz, W)
            d_activations.insert(0, da)
            if values.masks:
                da = dropout.backward(da, values.masks[layer - 2])
            dz = activation.backward(da, values.pre_activations[layer - 2])
            d_pre_activations.insert(0, dz)
    return Backward(d_activations, d_pre_activations, gradients)


def loss_and_gradients(
    parameters: Parameters,
    X: Float[ndarray, "N D"],
    y: Targets,
    reg: float,
    *,
    sample_weight: Float[ndarray, " N"] | None = None,
    label_smoothing: float = 0.0,
    drop: Dropout | None = None,
) -> tuple[LossParts, Parameters]:
    """Return the loss of a mini-batch and its gradient with respect to every parameter.

    Parameters
    ----------
    parameters : Parameters
    X : ndarray of shape (N, D)
    y : ndarray
        Labels (N,), or targets (N, C), as the network's loss wants them.
    reg : float
    sample_weight : ndarray of shape (N,), optional
        How much each example counts in the mean; by default all the same.
    label_smoothing : float
        The part of each label that is spread over all classes.
    drop : Dropout, optional
        Which hidden units are left out; by default none.
    """
    values = forward(parameters, X, drop)
    parts = loss(parameters, values.scores, y, reg, sample_weight, label_smoothing)
    return parts, backward(parameters, values, y, reg, sample_weight, label_smoothing).gradients
