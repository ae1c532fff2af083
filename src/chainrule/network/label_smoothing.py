"""Cross-entropy with targets that are not quite sure: a part of each is spread over all classes.

Szegedy et al. 2016, section 7: the target of an example is ``(1 - smoothing) onehot(y) + smoothing / C``, so no score
is pushed away without end.
"""

from __future__ import annotations

import numpy as np
from jaxtyping import Float, Integer
from numpy import ndarray

from chainrule.network.softmax_loss import log_softmax


def targets(y: Integer[ndarray, " N"], smoothing: float, like: Float[ndarray, "N C"]) -> Float[ndarray, "N C"]:
    """Return the probabilities that are aimed at, of the shape and type of ``like``; each row adds up to 1."""
    smooth = np.full_like(like, smoothing / like.shape[1])
    smooth[np.arange(len(y)), y] += 1 - smoothing
    return smooth


def losses(scores: Float[ndarray, "N C"], y: Integer[ndarray, " N"], smoothing: float) -> Float[ndarray, " N"]:
    """Return the loss of each example: ``-sum_c target_c log softmax(scores)_c``."""
    return -(targets(y, smoothing, scores) * log_softmax(scores)).sum(axis=1)


def gradient(probs: Float[ndarray, "N C"], y: Integer[ndarray, " N"], smoothing: float) -> Float[ndarray, "N C"]:
    """Return the gradient of each example's loss with respect to its scores: ``probs - targets``.

    ``loss_n = log(sum_k exp(scores[n, k])) - sum_c target_c scores[n, c]``, because the targets add up to 1.
    """
    return probs - targets(y, smoothing, probs)
