from collections import deque, namedtuple
from functools import reduce
import numpy as np

Layer = namedtuple("Layer", "weight bias")
Grad = namedtuple("Grad", "weight bias")
ALPHA = 0.05


def leaky(z):
    return np.maximum(z, ALPHA * z)


def init(key, *sizes):
    gen = np.random.default_rng(key)
    return tuple(Layer(gen.normal(size=(o, i)) / i ** 0.5, gen.normal(size=(o, 1)) / 10)
                 for i, o in zip(sizes, sizes[1:]))


def forward(layers, x):
    """-> log probabilities (one column per sample), stack of (layer, input, z)"""
    stack = deque()
    for layer in layers[:-1]:
        z = layer.weight @ x + layer.bias
        stack.append((layer, x, z))
        x = leaky(z)
    last = layers[-1]
    z = last.weight @ x + last.bias
    stack.append((last, x, z))
    top = z.max(axis=0)
    logp = z - top - np.log(np.exp(z - top).sum(axis=0))
    return logp, stack


def loss_fn(logp, y):
    return -logp[y, np.arange(y.size)].mean()


def backward(logp, y, stack):
    layer, x, _ = stack.pop()
    delta = np.exp(logp)
    delta[y, np.arange(y.size)] -= 1
    delta = delta / y.size
    grads = deque([Grad(np.einsum("on,in->oi", delta, x), delta.sum(axis=1, keepdims=True))])
    while stack:
        upstream = layer.weight.T @ delta
        layer, x, z = stack.pop()
        delta = np.where(z > 0, upstream, ALPHA * upstream)
        grads.appendleft(Grad(np.einsum("on,in->oi", delta, x), delta.sum(axis=1, keepdims=True)))
    return tuple(grads)


def global_norm(grads):
    squares = reduce(lambda s, g: s + np.sum(g.weight ** 2) + np.sum(g.bias ** 2), grads, 0.0)
    return np.sqrt(squares)


def clip(grads, limit):
    norm = global_norm(grads)
    if norm <= limit:
        return grads
    return tuple(Grad(g.weight * limit / norm, g.bias * limit / norm) for g in grads)


def sgd(layers, grads, lr):
    return tuple(Layer(l.weight - lr * g.weight, l.bias - lr * g.bias) for l, g in zip(layers, grads))


def fit(layers, x, y, lr=0.25, limit=0.5, steps=40):
    recent = deque(maxlen=5)
    for _ in range(steps):
        logp, stack = forward(layers, x)
        recent.append(loss_fn(logp, y))
        layers = sgd(layers, clip(backward(logp, y, stack), limit), lr)
    return layers, recent


gen = np.random.default_rng(17)
y = gen.integers(0, 5, 31)
x = gen.normal(size=(6, 31)) + 0.9 * gen.normal(size=(6, 5))[:, y]
start = init(3, 6, 9, 7, 5)
layers, recent = fit(start, x, y)
print(f"first loss {loss_fn(forward(start, x)[0], y):.4f}, last losses", [round(float(r), 4) for r in recent])
