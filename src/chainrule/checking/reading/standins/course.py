"""Functions of course modules that students import and do not hand in, under the names that the courses give them.

Right by their definitions, short, and without any of the courses' tricks: what a network builds on them is checked, not
they themselves.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy import ndarray

from chainrule.checking.reading.standins import book, labels


def affine_forward(x: ndarray, w: ndarray, b: ndarray) -> tuple[ndarray, Any]:
    """(N, ...), (D, M), (M,) -> (N, M)."""
    return x.reshape(len(x), -1) @ w + b, (x, w, b)


def affine_backward(dout: ndarray, cache: Any) -> tuple[ndarray, ndarray, ndarray]:
    """Give dx = dout wᵀ, dw = xᵀ dout, db = Σ dout."""
    x, w, _ = cache
    return (dout @ w.T).reshape(x.shape), x.reshape(len(x), -1).T @ dout, dout.sum(axis=0)


def relu_forward(x: ndarray) -> tuple[ndarray, ndarray]:
    """max(x, 0)."""
    return np.maximum(x, 0), x


def relu_backward(dout: ndarray, cache: ndarray) -> ndarray:
    """Give dx = dout where x > 0."""
    return np.where(cache > 0, dout, 0)


def affine_relu_forward(x: ndarray, w: ndarray, b: ndarray) -> tuple[ndarray, Any]:
    """relu(x w + b)."""
    a, affine_cache = affine_forward(x, w, b)
    out, relu_cache = relu_forward(a)
    return out, (affine_cache, relu_cache)


def affine_relu_backward(dout: ndarray, cache: Any) -> tuple[ndarray, ndarray, ndarray]:
    """Back through the ReLU, then through the affine layer."""
    affine_cache, relu_cache = cache
    return affine_backward(relu_backward(dout, relu_cache), affine_cache)


def softmax_loss(x: ndarray, y: ndarray) -> tuple[Any, ndarray]:
    """Mean of -log softmax(x)[y]; dx = (softmax(x) - onehot(y)) / N."""
    shifted = x - x.max(axis=1, keepdims=True)
    log_probs = shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True))
    rows = np.arange(len(x))
    dx = np.exp(log_probs)
    dx[rows, y] -= 1
    return -log_probs[rows, y].mean(), dx / len(x)


def svm_loss(x: ndarray, y: ndarray) -> tuple[Any, ndarray]:
    """Mean over examples of Σ_j≠y max(0, x_j - x_y + 1)."""
    rows = np.arange(len(x))
    margins = np.maximum(0, x - x[rows, y][:, None] + 1)
    margins[rows, y] = 0
    dx = (margins > 0).astype(np.float64)
    dx[rows, y] -= dx.sum(axis=1)
    return margins.sum() / len(x), dx / len(x)


def dropout_forward(x: ndarray, dropout_param: dict[str, Any]) -> tuple[ndarray, Any]:
    """Inverted dropout; ``p`` is the probability of keeping."""
    if "seed" in dropout_param:
        np.random.seed(dropout_param["seed"])  # noqa: NPY002  # as the course does
    if dropout_param["mode"] == "test":
        return x, (dropout_param, None)
    mask = (np.random.rand(*x.shape) < dropout_param["p"]) / dropout_param["p"]  # noqa: NPY002
    return x * mask, (dropout_param, mask)


def dropout_backward(dout: ndarray, cache: Any) -> ndarray:
    """Through the mask."""
    _, mask = cache
    return dout if mask is None else dout * mask


def batchnorm_forward(x: ndarray, gamma: ndarray, beta: ndarray, bn_param: dict[str, Any]) -> tuple[ndarray, Any]:
    """Normalised over the batch (in training mode, in which networks are checked)."""
    spread = np.sqrt(x.var(axis=0) + bn_param.get("eps", 1e-5))
    x_hat = (x - x.mean(axis=0)) / spread
    return gamma * x_hat + beta, (x_hat, gamma, spread)


def batchnorm_backward(dout: ndarray, cache: Any) -> tuple[ndarray, ndarray, ndarray]:
    """Give dx = γ/σ (dout - mean(dout) - x̂ mean(dout x̂))."""
    x_hat, gamma, spread = cache
    dx = gamma / spread * (dout - dout.mean(axis=0) - x_hat * (dout * x_hat).mean(axis=0))
    return dx, (dout * x_hat).sum(axis=0), dout.sum(axis=0)


def softmax(z: ndarray) -> ndarray:
    """Over the last axis if examples are rows of a batch; students' modules mean no other."""
    e = np.exp(z - z.max(axis=-1, keepdims=True))
    return e / e.sum(axis=-1, keepdims=True)


def plain_sigmoid(z: ndarray) -> Any:
    """1 / (1 + e⁻ᶻ)."""
    return 1 / (1 + np.exp(-np.asarray(z)))


def plain_relu(z: ndarray) -> Any:
    """max(z, 0)."""
    return np.maximum(z, 0)


def cached_sigmoid(z: ndarray) -> tuple[ndarray, ndarray]:
    """Activation and its input, as the deep-network notebooks' ``dnn_utils`` returns them."""
    return plain_sigmoid(z), z


def cached_relu(z: ndarray) -> tuple[ndarray, ndarray]:
    """See ``cached_sigmoid``."""
    return np.maximum(z, 0), z


def sigmoid_backward(dout: ndarray, cache: ndarray) -> ndarray:
    """Dz = da σ(z) (1 - σ(z)) for cached z."""
    s = plain_sigmoid(cache)
    return dout * s * (1 - s)


KNOWN = {
    function.__name__: function
    for function in (
        *(affine_forward, affine_backward, relu_forward, relu_backward, affine_relu_forward, affine_relu_backward),
        *(softmax_loss, svm_loss, dropout_forward, dropout_backward, batchnorm_forward, batchnorm_backward),
        *(relu_backward, sigmoid_backward, softmax),
    )
}
KNOWN["batchnorm_backward_alt"] = batchnorm_backward


def known(module: str, name: str) -> Any:
    """Return the function of a course module that is meant by a name, or None."""
    if name in ("sigmoid", "relu"):
        cached = "dnn" in module
        return {"sigmoid": (plain_sigmoid, cached_sigmoid), "relu": (plain_relu, cached_relu)}[name][cached]
    return KNOWN.get(name, book.KNOWN.get(name, labels.KNOWN.get(name)))
