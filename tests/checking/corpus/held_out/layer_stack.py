"""A small layer library: every layer has forward(), backward() and step()."""
from __future__ import annotations

import numpy as np


class Layer:
    def forward(self, inp: np.ndarray) -> np.ndarray:
        raise NotImplementedError

    def backward(self, grad: np.ndarray) -> np.ndarray:
        raise NotImplementedError

    def step(self, lr: float) -> None:
        pass


class Dense(Layer):
    def __init__(self, fan_in: int, fan_out: int, rng: np.random.Generator, weight_decay: float = 0.0):
        self.weight = rng.standard_normal((fan_in, fan_out)) / np.sqrt(fan_in)
        self.bias = rng.uniform(-0.1, 0.1, fan_out)
        self.weight_decay = weight_decay

    def forward(self, inp):
        self.inp = inp
        return inp @ self.weight + self.bias

    def backward(self, grad):
        self.grad_weight = self.inp.T @ grad + self.weight_decay * self.weight
        self.grad_bias = grad.sum(axis=0)
        return grad @ self.weight.T

    def penalty(self):
        return 0.5 * self.weight_decay * np.sum(self.weight ** 2)

    def step(self, lr):
        self.weight -= lr * self.grad_weight
        self.bias -= lr * self.grad_bias


class LeakyReLU(Layer):
    def __init__(self, slope: float = 0.1):
        self.slope = slope

    def forward(self, inp):
        self.positive = inp > 0
        return np.where(self.positive, inp, self.slope * inp)

    def backward(self, grad):
        return np.where(self.positive, grad, self.slope * grad)


class Swish(Layer):
    """x * sigmoid(x)"""

    def forward(self, inp):
        self.inp = inp
        self.gate = 1.0 / (1.0 + np.exp(-inp))
        return inp * self.gate

    def backward(self, grad):
        local = self.gate + self.inp * self.gate * (1.0 - self.gate)
        return grad * local


class Scale(Layer):
    """One learnt factor for every feature."""

    def __init__(self, width: int, rng: np.random.Generator):
        self.factor = rng.uniform(0.5, 1.5, width)

    def forward(self, inp):
        self.inp = inp
        return self.factor * inp

    def backward(self, grad):
        self.grad_factor = (grad * self.inp).sum(axis=0)
        return grad * self.factor

    def step(self, lr):
        self.factor -= lr * self.grad_factor


class CrossEntropy:
    def forward(self, scores, labels):
        shifted = scores - scores.max(axis=1, keepdims=True)
        self.log_p = shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True))
        self.labels = labels
        return -self.log_p[np.arange(len(labels)), labels].mean()

    def backward(self):
        grad = np.exp(self.log_p)
        grad[np.arange(len(self.labels)), self.labels] -= 1.0
        return grad / len(self.labels)


class Stack:
    def __init__(self, *layers: Layer):
        self.layers = list(layers)

    def forward(self, inp):
        for layer in self.layers:
            inp = layer.forward(inp)
        return inp

    def backward(self, grad):
        for layer in reversed(self.layers):
            grad = layer.backward(grad)
        return grad

    def step(self, lr):
        for layer in self.layers:
            layer.step(lr)


def main():
    rng = np.random.default_rng(20)
    x = rng.standard_normal((18, 5))
    labels = (x[:, 0] + x[:, 1] ** 2 > 0.8).astype(int) + (x[:, 2] > 0)
    net = Stack(Dense(5, 8, rng, 0.01), LeakyReLU(), Dense(8, 6, rng, 0.01), Scale(6, rng), Swish(), Dense(6, 3, rng))
    criterion = CrossEntropy()
    history = []
    for _ in range(10):
        loss = criterion.forward(net.forward(x), labels)
        loss += sum(layer.penalty() for layer in net.layers if isinstance(layer, Dense))
        net.backward(criterion.backward())
        net.step(0.2)
        history.append(loss)
    return net, history


if __name__ == "__main__":
    net, history = main()
    print(f"loss {history[0]:.4f} -> {history[-1]:.4f}")
