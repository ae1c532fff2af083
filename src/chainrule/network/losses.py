"""What a network may be trained to make small, by name; the name also says what outputs are made of the scores.

=============  ===============  ============================  ==================================
name           outputs          targets                       loss of an example
=============  ===============  ============================  ==================================
``softmax``    softmax          labels (N,), integers         cross-entropy
``logistic``   logistic         (N, C), from 0 to 1           cross-entropy of each, summed
``squared``    the scores       (N, C), numbers               half the squares, summed
``poisson``    exponential      (N, C), from 0 on             half the Poisson deviance, summed
=============  ===============  ============================  ==================================

In all four the gradient of an example's loss with respect to its scores is ``outputs - targets``.
"""

from __future__ import annotations

from typing import Protocol

from jaxtyping import Float, Integer
from numpy import ndarray

from chainrule.errors import InputError
from chainrule.network import batch_mean, label_smoothing, logistic_loss, poisson_loss, softmax_loss, squared_loss

Targets = Integer[ndarray, " N"] | Float[ndarray, "N C"]
"""Labels, or the numbers that the outputs should be."""


class Loss(Protocol):
    """Outputs, the loss of each example, and its gradient."""

    def outputs(self, scores: Float[ndarray, "N C"]) -> Float[ndarray, "N C"]:
        """Return the outputs (N, C)."""

    def losses(self, scores: Float[ndarray, "N C"], targets: Targets) -> Float[ndarray, " N"]:
        """Return the loss (N,) of each example."""

    def gradient(self, outputs: Float[ndarray, "N C"], targets: Targets) -> Float[ndarray, "N C"]:
        """Return the gradient (N, C) of each with respect to its scores."""


LOSSES: dict[str, Loss] = {
    "softmax": softmax_loss,
    "logistic": logistic_loss,
    "squared": squared_loss,
    "poisson": poisson_loss,
}


def forward(
    name: str,
    scores: Float[ndarray, "N C"],
    y: Targets,
    sample_weight: Float[ndarray, " N"] | None = None,
    smoothing: float = 0.0,
) -> float:
    """Return the data loss of a batch: the mean, weighted or not, of the losses of its examples."""
    if smoothing > 0:
        check_smoothing(name)
        return batch_mean.forward(label_smoothing.losses(scores, y, smoothing), sample_weight)
    return batch_mean.forward(LOSSES[name].losses(scores, y), sample_weight)


def backward(
    name: str,
    outputs: Float[ndarray, "N C"],
    y: Targets,
    sample_weight: Float[ndarray, " N"] | None = None,
    smoothing: float = 0.0,
) -> Float[ndarray, "N C"]:
    """Return the gradient of the data loss with respect to the scores."""
    if smoothing > 0:
        check_smoothing(name)
        return batch_mean.backward(label_smoothing.gradient(outputs, y, smoothing), sample_weight)
    return batch_mean.backward(LOSSES[name].gradient(outputs, y), sample_weight)


def check_loss(name: str) -> None:
    """Refuse a name that none of the losses has.

    Raises
    ------
    InputError
    """
    if name not in LOSSES:
        raise InputError("loss", expected=f"one of {', '.join(LOSSES)}", got=repr(name))


def check_smoothing(name: str) -> None:
    """Refuse to smooth targets that are not labels.

    Raises
    ------
    InputError
    """
    if name != "softmax":
        raise InputError("label smoothing", expected="the loss softmax", got=f"the loss {name}")
