"""The functions that may stand between two affine steps, by name: each a module with a forward and a backward."""

from __future__ import annotations

from typing import Protocol

from jaxtyping import Float
from numpy import ndarray

from chainrule.errors import InputError
from chainrule.network import identity, logistic, relu, tanh


class Activation(Protocol):
    """A function that is applied to every entry by itself."""

    def forward(self, z: Float[ndarray, "N H"]) -> Float[ndarray, "N H"]:
        """Return the activation a (N, H) of the pre-activation z (N, H)."""

    def backward(self, da: Float[ndarray, "N H"], z: Float[ndarray, "N H"]) -> Float[ndarray, "N H"]:
        """Return dz (N, H): the upstream gradient da times the derivative at z."""


ACTIVATIONS: dict[str, Activation] = {"identity": identity, "logistic": logistic, "tanh": tanh, "relu": relu}


def check_activation(name: str) -> None:
    """Refuse a name that none of the functions has.

    Raises
    ------
    InputError
    """
    if name not in ACTIVATIONS:
        raise InputError("activation", expected=f"one of {', '.join(ACTIVATIONS)}", got=repr(name))
