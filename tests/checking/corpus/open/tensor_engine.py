"""A small automatic differentiation engine on arrays (own implementation, for understanding), and a net that uses it."""
import numpy as np


def fit_shape(grad, shape):
    """undo broadcasting: sum over the axes that were repeated"""
    while grad.ndim > len(shape):
        grad = grad.sum(axis=0)
    for axis, size in enumerate(shape):
        if size == 1:
            grad = grad.sum(axis=axis, keepdims=True)
    return grad


class Tensor:
    def __init__(self, data, parents=(), op=""):
        self.data = np.asarray(data, dtype=float)
        self.grad = np.zeros_like(self.data)
        self.parents = parents
        self.op = op
        self._backward = lambda: None

    def __add__(self, other):
        other = other if isinstance(other, Tensor) else Tensor(other)
        out = Tensor(self.data + other.data, (self, other), "+")

        def _backward():
            self.grad += fit_shape(out.grad, self.data.shape)
            other.grad += fit_shape(out.grad, other.data.shape)
        out._backward = _backward
        return out

    def __mul__(self, other):
        other = other if isinstance(other, Tensor) else Tensor(other)
        out = Tensor(self.data * other.data, (self, other), "*")

        def _backward():
            self.grad += fit_shape(other.data * out.grad, self.data.shape)
            other.grad += fit_shape(self.data * out.grad, other.data.shape)
        out._backward = _backward
        return out

    def __matmul__(self, other):
        out = Tensor(self.data @ other.data, (self, other), "@")

        def _backward():
            self.grad += out.grad @ other.data.T
            other.grad += self.data.T @ out.grad
        out._backward = _backward
        return out

    def tanh(self):
        t = np.tanh(self.data)
        out = Tensor(t, (self,), "tanh")

        def _backward():
            self.grad += (1 - t ** 2) * out.grad
        out._backward = _backward
        return out

    def relu(self):
        out = Tensor(np.maximum(self.data, 0), (self,), "relu")

        def _backward():
            self.grad += (out.data > 0) * out.grad
        out._backward = _backward
        return out

    def softplus(self):
        out = Tensor(np.log1p(np.exp(self.data)), (self,), "softplus")

        def _backward():
            self.grad += out.grad / (1 + np.exp(-self.data))
        out._backward = _backward
        return out

    def mean(self):
        out = Tensor(self.data.mean(), (self,), "mean")

        def _backward():
            self.grad += np.ones_like(self.data) * out.grad / self.data.size
        out._backward = _backward
        return out

    def backward(self):
        order, seen = [], set()

        def visit(node):
            if id(node) not in seen:
                seen.add(id(node))
                for p in node.parents:
                    visit(p)
                order.append(node)
        visit(self)
        self.grad = np.ones_like(self.data)
        for node in reversed(order):
            node._backward()


if __name__ == "__main__":
    rng = np.random.default_rng(6)
    points = rng.uniform(-1, 1, (30, 2))
    side = np.where((points ** 2).sum(axis=1, keepdims=True) < 0.5, 1.0, -1.0)
    W1, b1 = Tensor(rng.normal(size=(2, 8))), Tensor(rng.normal(size=8) * 0.3)
    W2, b2 = Tensor(rng.normal(size=(8, 5)) * 0.4), Tensor(rng.normal(size=(1, 5)) * 0.3)
    W3, b3 = Tensor(rng.normal(size=(5, 1)) * 0.5), Tensor(np.zeros(1))
    gain = Tensor(1.2)
    parameters = [W1, b1, W2, b2, W3, b3, gain]
    losses = []
    for epoch in range(25):
        x = Tensor(points)
        h = (x @ W1 + b1).tanh()
        h = (h @ W2 + b2).relu() * gain
        margin = (h @ W3 + b3) * side
        data_loss = (margin * -1.0).softplus().mean()
        penalty = ((W1 * W1).mean() + (W2 * W2).mean()) * 0.05
        loss = data_loss + penalty
        for p in parameters:
            p.grad = np.zeros_like(p.data)
        loss.backward()
        for p in parameters:
            p.data -= 0.1 * p.grad
        losses.append(float(loss.data))
    print(losses[0], losses[-1])
