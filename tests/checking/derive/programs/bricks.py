"""bricks - a small layer library.

A layer knows  forward(x), backward(grad_of_output) -> grad_of_input  and
update(lr).  Rows are samples.
"""
import numpy as np


class Layer:
    def forward(self, x):
        raise NotImplementedError




class Dense(Layer):
    def __init__(self, n_in, n_out, rng):
        limit = np.sqrt(6.0 / (n_in + n_out))
        self.weight = rng.uniform(-limit, limit, (n_in, n_out))
        self.bias = np.zeros(n_out)

    def forward(self, x):
        self.x = x
        return x @ self.weight + self.bias




class Sigmoid(Layer):
    def forward(self, x):
        self.y = 1 / (1 + np.exp(-x))
        return self.y



class LeakyReLU(Layer):
    def __init__(self, slope=0.1):
        self.slope = slope

    def forward(self, x):
        self.x = x
        return np.where(x > 0, x, self.slope * x)



class Scale(Layer):
    """one learnt factor per column"""

    def __init__(self, n):
        self.factor = np.ones(n)

    def forward(self, x):
        self.x = x
        return x * self.factor




class Softmax(Layer):
    def forward(self, x):
        e = np.exp(x - x.max(axis=-1, keepdims=True))
        self.p = e / e.sum(axis=-1, keepdims=True)
        return self.p



class MeanSquare:
    def value(self, out, target):
        self.diff = out - target
        return np.mean(self.diff ** 2)



class Sequential:
    def __init__(self, *layers):
        self.layers = list(layers)

    def forward(self, x):
        for layer in self.layers:
            x = layer.forward(x)
        return x



rng = np.random.default_rng(3)
net = Sequential(Dense(4, 6, rng), LeakyReLU(), Scale(6), Dense(6, 5, rng), Sigmoid(), Dense(5, 3, rng), Softmax())
x, target = rng.normal(size=(7, 4)), np.eye(3)[rng.integers(0, 3, 7)]
loss = MeanSquare().value(net.forward(x), target)
