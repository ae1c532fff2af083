"""How the networks of a population do on some rows."""

from __future__ import annotations

from dataclasses import dataclass

from jaxtyping import Float64
from numpy import ndarray


@dataclass(frozen=True)
class Scores:
    """The measures of K networks on the same rows.

    Attributes
    ----------
    numbers : tuple of int
        Which networks they are.
    loss : ndarray of shape (K,)
        The mean of -log probs[n, y_n].
    accuracy : ndarray of shape (K,)
        The share of rows whose class was found.
    """

    numbers: tuple[int, ...]
    loss: Float64[ndarray, " K"]
    accuracy: Float64[ndarray, " K"]

    def _repr_html_(self) -> str:
        from chainrule.display.population import scores_html

        return scores_html(self)
