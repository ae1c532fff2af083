"""The losses of ``estimator/outputs.py`` compiled: scores become their gradients, and the loss is returned."""

from __future__ import annotations

import numpy as np
from numpy import ndarray

from chainrule.engine.compiling import compiled
from chainrule.engine.kernels import exp_of_negative

SOFTMAX, LOGISTIC, IDENTITY, EXP = range(4)
CODES = {"softmax": SOFTMAX, "logistic": LOGISTIC, "identity": IDENTITY, "exp": EXP}
_FAST = {"reassoc", "contract", "nsz"}


@compiled(fastmath=_FAST)
def softmax_loss(scores: ndarray, codes: ndarray, shares: ndarray, rows: ndarray, smoothing: float) -> float:
    """Return a part of the loss and replace its scores by ``share * (probs - target)``.

    The target is 1 - smoothing for the right class and smoothing / C for all, the right one included. ``shares`` is
    what each example counts, over the sum of all that count; the scores are those of ``rows``.
    """
    if len(rows) == 0:
        return 0.0
    C, total, number = len(scores) // len(rows), 0.0, scores.dtype.type
    for n in range(len(rows)):
        row, share, right = scores[n * C : (n + 1) * C], shares[n], codes[rows[n]]
        largest, added = row[0], 0.0
        for c in range(1, C):
            largest = max(largest, row[c])
        for c in range(C):
            row[c] -= largest
            added += row[c]
        told = (1 - smoothing) * row[right] + smoothing / C * added
        whole = 0.0
        for c in range(C):
            e = exp_of_negative(np.float64(row[c]))
            row[c] = number(e)
            whole += e
        total += share * (np.log(whole) - told)
        for c in range(C):
            row[c] = number(share * (row[c] / whole - smoothing / C))
        row[right] -= number(share * (1 - smoothing))
    return total


@compiled(fastmath=_FAST)
def elementwise_loss(code: int, scores: ndarray, targets: ndarray, shares: ndarray, rows: ndarray) -> float:
    """Return a part of the loss and replace its scores by ``share * (outputs - targets)``."""
    if len(rows) == 0:
        return 0.0
    K, total, number = len(scores) // len(rows), 0.0, scores.dtype.type
    for n in range(len(rows)):
        z, t, share = scores[n * K : (n + 1) * K], targets[rows[n] * K : (rows[n] + 1) * K], shares[n]
        for k in range(K):
            score, target = np.float64(z[k]), np.float64(t[k])
            if code == LOGISTIC:
                e = exp_of_negative(-abs(score))
                output = (1.0 if score >= 0 else e) / (1.0 + e)
                loss = max(score, 0.0) - target * score + np.log1p(e)
            elif code == IDENTITY:
                output = score
                loss = 0.5 * (score - target) * (score - target)
            else:
                output = np.exp(score)
                surprise = target * np.log(target) if target > 0 else 0.0
                loss = output - target * score - target + surprise
            total += share * loss
            z[k] = number(share * (output - target))
    return total
