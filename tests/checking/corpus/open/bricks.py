"""bricks - a small layer library.

A layer knows  forward(x), backward(grad_of_output) -> grad_of_input  and
update(lr).  Rows are samples.
"""
import numpy as np


class Layer:
    def forward(self, x):
        raise NotImplementedError

    def backward(self, g):
        raise NotImplementedError

    def update(self, lr):
        pass                      # most layers have nothing to learn


class Dense(Layer):
    def __init__(self, n_in, n_out, rng):
        limit = np.sqrt(6.0 / (n_in + n_out))
        self.weight = rng.uniform(-limit, limit, (n_in, n_out))
        self.bias = np.zeros(n_out)

    def forward(self, x):
        self.x = x
        return x @ self.weight + self.bias

    def backward(self, g):
        self.grad_weight = self.x.T @ g
        self.grad_bias = g.sum(0)
        return g @ self.weight.T

    def update(self, lr):
        self.weight -= lr * self.grad_weight
        self.bias -= lr * self.grad_bias


class Sigmoid(Layer):
    def forward(self, x):
        self.y = 1 / (1 + np.exp(-x))
        return self.y

    def backward(self, g):
        return g * self.y * (1 - self.y)


class LeakyReLU(Layer):
    def __init__(self, slope=0.1):
        self.slope = slope

    def forward(self, x):
        self.x = x
        return np.where(x > 0, x, self.slope * x)

    def backward(self, g):
        return g * np.where(self.x > 0, 1.0, self.slope)


class Scale(Layer):
    """one learnt factor per column"""

    def __init__(self, n):
        self.factor = np.ones(n)

    def forward(self, x):
        self.x = x
        return x * self.factor

    def backward(self, g):
        self.grad_factor = (g * self.x).sum(axis=0)
        return g * self.factor

    def update(self, lr):
        self.factor -= lr * self.grad_factor


class Softmax(Layer):
    def forward(self, x):
        e = np.exp(x - x.max(axis=-1, keepdims=True))
        self.p = e / e.sum(axis=-1, keepdims=True)
        return self.p

    def backward(self, g):
        inner = (g * self.p).sum(axis=-1, keepdims=True)
        return self.p * (g - inner)


class MeanSquare:
    def value(self, out, target):
        self.diff = out - target
        return np.mean(self.diff ** 2)

    def grad(self):
        return 2 * self.diff / self.diff.size


class Sequential:
    def __init__(self, *layers):
        self.layers = list(layers)

    def forward(self, x):
        for layer in self.layers:
            x = layer.forward(x)
        return x

    def backward(self, g):
        for layer in reversed(self.layers):
            g = layer.backward(g)
        return g

    def step(self, x, target, criterion, lr):
        loss = criterion.value(self.forward(x), target)
        self.backward(criterion.grad())
        for layer in self.layers:
            layer.update(lr)
        return loss
