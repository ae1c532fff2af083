# tensorlet - reverse mode autodiff in about a hundred lines
import numpy as np


def unbroadcast(g, shape):
    # sum the gradient over the axes that numpy stretched
    while g.ndim > len(shape):
        g = g.sum(axis=0)
    for ax, n in enumerate(shape):
        if n == 1 and g.shape[ax] != 1:
            g = g.sum(axis=ax, keepdims=True)
    return g


class Tensor:
    def __init__(self, data, parents=()):
        self.data = np.asarray(data, dtype=float)
        self.grad = np.zeros_like(self.data)
        self._parents = parents
        self._backward = lambda: None

    def __add__(self, other):
        other = other if isinstance(other, Tensor) else Tensor(other)
        out = Tensor(self.data + other.data, (self, other))

        def _backward():
            self.grad += unbroadcast(out.grad, self.data.shape)
            other.grad += unbroadcast(out.grad, other.data.shape)
        out._backward = _backward
        return out

    def __mul__(self, other):
        other = other if isinstance(other, Tensor) else Tensor(other)
        out = Tensor(self.data * other.data, (self, other))

        def _backward():
            self.grad += unbroadcast(other.data * out.grad, self.data.shape)
            other.grad += unbroadcast(self.data * out.grad, other.data.shape)
        out._backward = _backward
        return out

    def __matmul__(self, other):
        out = Tensor(self.data @ other.data, (self, other))

        def _backward():
            self.grad += out.grad @ other.data.T
            other.grad += self.data.T @ out.grad
        out._backward = _backward
        return out

    def __pow__(self, k):
        out = Tensor(self.data ** k, (self,))

        def _backward():
            self.grad += k * self.data ** (k - 1) * out.grad
        out._backward = _backward
        return out

    def tanh(self):
        t = np.tanh(self.data)
        out = Tensor(t, (self,))

        def _backward():
            self.grad += (1 - t * t) * out.grad
        out._backward = _backward
        return out

    def elu(self):
        out = Tensor(np.where(self.data > 0, self.data, np.exp(self.data) - 1), (self,))

        def _backward():
            self.grad += np.where(self.data > 0, 1.0, out.data + 1) * out.grad
        out._backward = _backward
        return out

    def mean(self):
        out = Tensor(self.data.mean(), (self,))

        def _backward():
            self.grad += np.ones_like(self.data) * out.grad / self.data.size
        out._backward = _backward
        return out

    def backward(self):
        order, seen = [], set()

        def visit(node):
            if id(node) in seen:
                return
            seen.add(id(node))
            for p in node._parents:
                visit(p)
            order.append(node)

        visit(self)
        self.grad = np.ones_like(self.data)
        for node in reversed(order):
            node._backward()


if __name__ == "__main__":
    gen = np.random.RandomState(8)
    xs = Tensor(gen.uniform(-2, 2, (20, 2)))
    target = np.sin(xs.data[:, :1]) * xs.data[:, 1:]

    w_in, b_in = Tensor(gen.randn(2, 6) * 0.6), Tensor(gen.randn(6) * 0.2)
    w_mid, b_mid = Tensor(gen.randn(6, 6) * 0.4), Tensor(gen.randn(1, 6) * 0.2)
    w_out, b_out = Tensor(gen.randn(6, 1) * 0.5), Tensor(gen.randn(1))
    gain = Tensor(gen.uniform(0.5, 1.5, (1, 6)))
    params = [w_in, b_in, w_mid, b_mid, w_out, b_out, gain]

    losses = []
    for step in range(7):
        h = (xs @ w_in + b_in).tanh()
        h = h + (h @ w_mid + b_mid).elu() * gain
        diff = h @ w_out + b_out + (-target)
        loss = (diff ** 2).mean() + (w_mid * w_mid).mean() * 0.01
        losses.append(float(loss.data))
        for p in params:
            p.grad = np.zeros_like(p.data)
        loss.backward()
        for p in params:
            p.data -= 0.02 * p.grad
    print(losses[0], losses[-1])
