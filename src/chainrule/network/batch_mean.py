"""The mean over the batch, of all examples alike or of each with a weight of its own."""

from __future__ import annotations

from jaxtyping import Float
from numpy import ndarray


def forward(losses: Float[ndarray, " N"], sample_weight: Float[ndarray, " N"] | None = None) -> float:
    """Return ``sum_n s_n losses[n] / sum_n s_n``; without weights all s_n are 1.

    Only the ratios of the weights count. If they add up to 0 the mean is no number.
    """
    if sample_weight is None:
        return float(losses.mean())
    return float(sample_weight @ losses / sample_weight.sum())


def backward(d_each: Float[ndarray, "N C"], sample_weight: Float[ndarray, " N"] | None = None) -> Float[ndarray, "N C"]:
    """Return the gradient of the mean: ``s_n / sum_n s_n`` of ``d_each[n]``, which is that of the example's own loss.

    Without weights it is ``d_each / N``.
    """
    if sample_weight is None:
        return d_each / len(d_each)
    share = (sample_weight / sample_weight.sum()).astype(d_each.dtype)
    return d_each * share[:, None]
