"""The modules ``common`` of a textbook on networks from scratch, which programs import and do not hand in.

Right by their definitions; of the book only the names and what they mean.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy import ndarray


def softmax_of_rows(x: ndarray) -> ndarray:
    """Over the last axis."""
    shifted = np.exp(x - np.max(x, axis=-1, keepdims=True))
    return np.asarray(shifted / shifted.sum(axis=-1, keepdims=True))


def sigmoid_grad(x: ndarray) -> ndarray:
    """σ'(x)."""
    s = 1 / (1 + np.exp(-x))
    return np.asarray(s * (1 - s))


def relu_grad(x: ndarray) -> ndarray:
    """1 where x >= 0, else 0."""
    return np.where(x >= 0, 1.0, 0.0)


def cross_entropy_error(y: ndarray, t: ndarray) -> Any:
    """Mean of -log y[t]; labels one-hot or whole numbers."""
    y, t = np.atleast_2d(y), np.atleast_1d(t)
    classes = t.reshape(len(y), -1).argmax(axis=1) if t.size == y.size else t.ravel()
    return -np.log(y[np.arange(len(y)), classes]).mean()


def half_squared_error(y: ndarray, t: ndarray) -> Any:
    """½ Σ (y - t)²."""
    return 0.5 * np.sum((y - t) ** 2)


def numerical_gradient(f: Callable[[Any], Any], x: ndarray) -> ndarray:
    """Return df/dx by central differences; ``f`` may look at ``x`` itself instead of its argument."""
    slopes = np.zeros_like(x)
    for place in np.ndindex(*x.shape):
        before = x[place]
        x[place] = before + 1e-4
        above = f(x)
        x[place] = before - 1e-4
        slopes[place] = (above - f(x)) / 2e-4
        x[place] = before
    return slopes


class Affine:
    """X W + b, which keeps its gradients."""

    def __init__(self, W: ndarray, b: ndarray) -> None:
        self.W, self.b = W, b
        self.x: Any = None
        self.dW: Any = None
        self.db: Any = None

    def forward(self, x: ndarray) -> ndarray:
        """(N, ...) -> (N, M)."""
        self.x = x
        return x.reshape(len(x), -1) @ self.W + self.b

    def backward(self, dout: ndarray) -> ndarray:
        """Give dX = dout Wᵀ."""
        self.dW = self.x.reshape(len(self.x), -1).T @ dout
        self.db = dout.sum(axis=0)
        return (dout @ self.W.T).reshape(self.x.shape)


class Relu:
    """max(x, 0)."""

    def __init__(self) -> None:
        self.mask: Any = None

    def forward(self, x: ndarray) -> ndarray:
        """Remember where x is not positive."""
        self.mask = x <= 0
        return np.where(self.mask, 0.0, x)

    def backward(self, dout: ndarray) -> ndarray:
        """Give dout where x was positive."""
        return np.where(self.mask, 0.0, dout)


class Sigmoid:
    """σ(x)."""

    def __init__(self) -> None:
        self.out: Any = None

    def forward(self, x: ndarray) -> ndarray:
        """Remember what came out."""
        self.out = 1 / (1 + np.exp(-x))
        return np.asarray(self.out)

    def backward(self, dout: ndarray) -> ndarray:
        """Dout σ (1 - σ)."""
        return np.asarray(dout * self.out * (1 - self.out))


class SoftmaxWithLoss:
    """Softmax and the mean cross-entropy after it."""

    def __init__(self) -> None:
        self.loss: Any = None
        self.y: Any = None
        self.t: Any = None

    def forward(self, x: ndarray, t: ndarray) -> Any:
        """Remember probabilities and labels."""
        self.t, self.y = t, softmax_of_rows(x)
        self.loss = cross_entropy_error(self.y, t)
        return self.loss

    def backward(self, dout: float = 1) -> ndarray:
        """(y - onehot(t)) / N."""
        one_hot = self.t if self.t.size == self.y.size else np.eye(self.y.shape[1])[self.t.ravel()]
        return np.asarray(dout * (self.y - one_hot) / len(self.y))


KNOWN: dict[str, Any] = {
    "sigmoid_grad": sigmoid_grad,
    "relu_grad": relu_grad,
    "cross_entropy_error": cross_entropy_error,
    "mean_squared_error": half_squared_error,
    "sum_squared_error": half_squared_error,
    "numerical_gradient": numerical_gradient,
    "identity_function": lambda x: x,
    "step_function": lambda x: np.array(x > 0, dtype=int),
    "Affine": Affine,
    "Relu": Relu,
    "Sigmoid": Sigmoid,
    "SoftmaxWithLoss": SoftmaxWithLoss,
}
