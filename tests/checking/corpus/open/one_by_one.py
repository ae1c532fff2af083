"""Multilayer perceptron, trained with mini-batches, but the gradient is worked
out for one example at a time and added up.
"""
import random
import numpy as np


class Perceptron:

    def __init__(self, layers):
        self.depth = len(layers)
        self.layers = layers
        self.ws = [np.random.randn(n_to, n_from) / np.sqrt(n_from)
                   for n_from, n_to in zip(layers[:-1], layers[1:])]
        self.bs = [0.1 * np.random.randn(n, 1) for n in layers[1:]]

    def output(self, a):
        for w, b in zip(self.ws, self.bs):
            a = sigma(w @ a + b)
        return a

    def fit(self, pairs, epochs, batch_size, rate):
        for epoch in range(epochs):
            random.shuffle(pairs)
            for start in range(0, len(pairs), batch_size):
                self.learn_batch(pairs[start:start + batch_size], rate)

    def learn_batch(self, batch, rate):
        sum_b = [np.zeros(b.shape) for b in self.bs]
        sum_w = [np.zeros(w.shape) for w in self.ws]
        for x, t in batch:
            grad_b, grad_w = self.gradients(x, t)
            sum_b = [s + g for s, g in zip(sum_b, grad_b)]
            sum_w = [s + g for s, g in zip(sum_w, grad_w)]
        k = rate / len(batch)
        self.ws = [w - k * s for w, s in zip(self.ws, sum_w)]
        self.bs = [b - k * s for b, s in zip(self.bs, sum_b)]

    def gradients(self, x, t):
        grad_b = [np.zeros(b.shape) for b in self.bs]
        grad_w = [np.zeros(w.shape) for w in self.ws]
        # up
        act = x
        acts = [x]
        nets = []
        for w, b in zip(self.ws, self.bs):
            net = np.dot(w, act) + b
            nets.append(net)
            act = sigma(net)
            acts.append(act)
        # down
        err = (acts[-1] - t) * sigma_slope(nets[-1])
        grad_b[-1] = err
        grad_w[-1] = np.dot(err, acts[-2].T)
        for k in range(2, self.depth):
            slope = sigma_slope(nets[-k])
            err = np.dot(self.ws[-k + 1].T, err) * slope
            grad_b[-k] = err
            grad_w[-k] = np.dot(err, acts[-k - 1].T)
        return grad_b, grad_w

    def half_squares(self, pairs):
        return 0.5 * sum(np.sum((self.output(x) - t) ** 2) for x, t in pairs) / len(pairs)


def sigma(net):
    return 1.0 / (1.0 + np.exp(-net))


def sigma_slope(net):
    return sigma(net) * (1 - sigma(net))


random.seed(0)
np.random.seed(0)
pairs = []
for i in range(24):
    kind = i % 3
    x = np.random.randn(4, 1) + 1.5 * np.eye(4)[:, kind:kind + 1]
    t = np.eye(3)[:, kind:kind + 1]
    pairs.append((x, t))

p = Perceptron([4, 6, 5, 3])
before = p.half_squares(pairs)
p.fit(pairs, 15, 6, 2.0)
after = p.half_squares(pairs)
print(before, "->", after)
