"""Short programs of many manners, each right, with a mistake to plant: what stands there, what is put there."""

from __future__ import annotations

from typing import NamedTuple


class Row(NamedTuple):
    """A program and a mistake in it, or none."""

    text: str
    right: str = ""
    wrong: str = ""
    suffix: str = ".py"

    def planted(self) -> str:
        """Return the program with the mistake."""
        assert self.text.count(self.right) == 1
        return self.text.replace(self.right, self.wrong)

    def lines(self) -> list[int]:
        """Return the lines in which it is."""
        pairs = zip(self.text.split("\n"), self.planted().split("\n"), strict=True)
        return [number for number, (old, new) in enumerate(pairs, 1) if old != new]


ROWS: dict[str, Row] = {}

ROWS["exclusive or by columns"] = Row(
    """\
import numpy as np

corners = np.array([[0.0, 0.0, 1.0, 1.0], [0.0, 1.0, 0.0, 1.0]])
truth = np.array([[0.0, 1.0, 1.0, 0.0]])
np.random.seed(8)
hidden_w = np.random.randn(4, 2)
hidden_b = np.zeros((4, 1))
output_w = np.random.randn(1, 4)
output_b = np.zeros((1, 1))


def logistic(t):
    return 1.0 / (1.0 + np.exp(-t))


for epoch in range(500):
    hidden = logistic(hidden_w @ corners + hidden_b)
    guess = logistic(output_w @ hidden + output_b)
    cost = -np.mean(truth * np.log(guess) + (1 - truth) * np.log(1 - guess))

    delta = (guess - truth) / 4
    d_output_w = delta @ hidden.T
    d_output_b = delta.sum(axis=1, keepdims=True)
    delta = (output_w.T @ delta) * hidden * (1 - hidden)
    d_hidden_w = delta @ corners.T
    d_hidden_b = delta.sum(axis=1, keepdims=True)

    hidden_w -= 0.5 * d_hidden_w
    hidden_b -= 0.5 * d_hidden_b
    output_w -= 0.5 * d_output_w
    output_b -= 0.5 * d_output_b
print(cost)
""",
    "cost = -np.mean(truth * np.log(guess) + (1",
    "cost = np.mean(-truth * np.log(guess) + (1",
)

ROWS["a curve by dictionaries"] = Row(
    """\
import numpy as np

np.random.seed(5)
angle = np.random.uniform(-3, 3, (1, 30))
height = 0.5 + 0.4 * np.sin(angle)


def start(inputs, units, outputs):
    weights = {"Wa": np.random.randn(units, inputs) * 0.5, "ba": np.zeros((units, 1))}
    weights["Wb"] = np.random.randn(outputs, units) * 0.5
    weights["bb"] = np.zeros((outputs, 1))
    return weights


def predict(x, weights):
    inner = np.tanh(np.dot(weights["Wa"], x) + weights["ba"])
    return inner, 1 / (1 + np.exp(-(np.dot(weights["Wb"], inner) + weights["bb"])))


def entropy(y, out):
    return -np.sum(y * np.log(out) + (1 - y) * np.log(1 - out)) / y.shape[1]


def slopes(x, y, weights, inner, out):
    n = x.shape[1]
    error = out - y
    back = np.dot(weights["Wb"].T, error) * (1 - inner**2)
    return {
        "Wb": np.dot(error, inner.T) / n,
        "bb": np.sum(error, axis=1, keepdims=True) / n,
        "Wa": np.dot(back, x.T) / n,
        "ba": np.sum(back, axis=1, keepdims=True) / n,
    }


weights = start(1, 5, 1)
for step in range(100):
    inner, out = predict(angle, weights)
    loss = entropy(height, out)
    grad = slopes(angle, height, weights, inner, out)
    weights = {key: value - 0.3 * grad[key] for key, value in weights.items()}
print(loss)
""",
    'back = np.dot(weights["Wb"].T, error) * (1 - inner**2)',
    'back = np.dot(weights["Wb"].T, error) * (1 - out**2)',
)

ROWS["functions with an update of their own"] = Row(
    """\
import numpy as np


def fresh(pixels=9, units=5, classes=3):
    rng = np.random.default_rng(4)
    draw = lambda *shape: rng.uniform(-0.5, 0.5, shape)
    return draw(units, pixels), draw(units, 1), draw(classes, units), draw(classes, 1)


def run_network(w1, b1, w2, b2, images):
    z1 = w1 @ images + b1
    a1 = np.maximum(z1, 0)
    z2 = w2 @ a1 + b2
    e = np.exp(z2 - z2.max(axis=0))
    return z1, a1, e / e.sum(axis=0)


def gradients(z1, a1, probs, w2, images, labels):
    count = labels.size
    wanted = np.zeros_like(probs)
    wanted[labels, np.arange(count)] = 1
    dz2 = probs - wanted
    dz1 = (w2.T @ dz2) * (z1 > 0)
    dw1 = dz1 @ images.T / count
    db1 = dz1.sum(1, keepdims=True) / count
    return dw1, db1, dz2 @ a1.T / count, dz2.sum(1, keepdims=True) / count


def step(w1, b1, w2, b2, dw1, db1, dw2, db2, rate):
    w1 = w1 - rate * dw1
    b1 = b1 - rate * db1
    w2 = w2 - rate * dw2
    b2 = b2 - rate * db2
    return w1, b1, w2, b2


def learn(images, labels, rate=0.2):
    w1, b1, w2, b2 = fresh()
    for _ in range(25):
        z1, a1, probs = run_network(w1, b1, w2, b2, images)
        dw1, db1, dw2, db2 = gradients(z1, a1, probs, w2, images, labels)
        w1, b1, w2, b2 = step(w1, b1, w2, b2, dw1, db1, dw2, db2, rate)
    return w1, b1, w2, b2


learn(np.random.rand(9, 16), np.random.randint(0, 3, 16))
""",
    "    b1 = b1 - rate * db1\n",
    "    db1 = b1 - rate * db1\n",
)

ROWS["batch normalisation, two functions"] = Row(
    """\
import numpy as np


def norm_forward(a, scale, shift, tiny=1e-5):
    centred = a - np.mean(a, axis=0)
    inverse = 1 / np.sqrt(np.mean(centred * centred, axis=0) + tiny)
    normal = centred * inverse
    return scale * normal + shift, (normal, inverse, scale)


def norm_backward(dout, cache):
    normal, inverse, scale = cache
    n = len(dout)
    dshift = dout.sum(axis=0)
    dscale = (dout * normal).sum(axis=0)
    da = scale * inverse / n * (n * dout - dshift - normal * dscale)
    return da, dscale, dshift


if __name__ == "__main__":
    y, kept = norm_forward(np.random.randn(7, 3), np.ones(3), np.zeros(3))
    print(norm_backward(np.random.randn(7, 3), kept)[0].shape)
""",
    "da = scale * inverse / n",
    "da = inverse / n",
)

ROWS["letters in a notebook"] = Row(
    """\
{
 "cells": [
  {"cell_type": "markdown", "metadata": {}, "source": ["# Which letter follows two others"]},
  {"cell_type": "code", "execution_count": null, "metadata": {}, "outputs": [], "source": [
    "import numpy as np\\n",
    "draw = np.random.default_rng(11)\\n",
    "text = '..banana..ananas..nab'\\n",
    "known = sorted(set(text))\\n",
    "codes = np.array([known.index(c) for c in text])\\n",
    "pairs, follow = np.stack([codes[:-2], codes[1:-1]], axis=1), codes[2:]\\n",
    "table = draw.normal(size=(len(known), 3))\\n",
    "W = draw.normal(size=(6, len(known)))\\n",
    "b = draw.normal(size=len(known))"]},
  {"cell_type": "code", "execution_count": null, "metadata": {}, "outputs": [], "source": [
    "n = len(follow)\\n",
    "vectors = table[pairs]\\n",
    "joined = np.tanh(vectors.reshape(n, 6))\\n",
    "scores = joined @ W + b\\n",
    "probs = np.exp(scores) / np.exp(scores).sum(1, keepdims=True)\\n",
    "loss = -np.log(probs[np.arange(n), follow]).mean()\\n",
    "loss"]},
  {"cell_type": "code", "execution_count": null, "metadata": {}, "outputs": [], "source": [
    "dscores = probs.copy()\\n",
    "dscores[np.arange(n), follow] -= 1\\n",
    "dscores /= n\\n",
    "dW = joined.T @ dscores\\n",
    "db = dscores.sum(0)\\n",
    "dvectors = ((dscores @ W.T) * (1 - joined**2)).reshape(n, 2, 3)\\n",
    "dtable = np.zeros_like(table)\\n",
    "for k in range(n):\\n",
    "    np.add.at(dtable, pairs[k], dvectors[k])\\n",
    "table -= 0.1 * dtable\\n",
    "W -= 0.1 * dW\\n",
    "b -= 0.1 * db"]}
 ],
 "metadata": {"kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"}},
 "nbformat": 4,
 "nbformat_minor": 5
}
""",
    "np.add.at(dtable, pairs[k], dvectors[k])",
    "dtable[pairs[k]] += dvectors[k]",
    ".ipynb",
)

ROWS["a narrow autoencoder by diagonal matrices"] = Row(
    """\
import numpy as np


def squash(t):
    return 1 / (1 + np.exp(-t))


def slope_matrix(t):
    size = t.shape[1]
    slopes = np.zeros((size, size))
    for k in range(size):
        slopes[k, k] = squash(t[0, k]) * (1 - squash(t[0, k]))
    return slopes


def encode_decode(row, down, up):
    before = np.dot(row, down)
    code = squash(before)
    after = np.dot(code, up)
    return before, code, after, squash(after)


def back(rows, down, up):
    d_down, d_up = np.zeros(down.shape), np.zeros(up.shape)
    for k in range(len(rows)):
        row = rows[k].reshape(1, -1)
        before, code, after, image = encode_decode(row, down, up)
        d_after = np.dot(image - row, slope_matrix(after))
        d_before = np.dot(np.dot(d_after, up.T), slope_matrix(before))
        d_up += np.dot(code.T, d_after) / len(rows)
        d_down += np.dot(row.T, d_before) / len(rows)
    return d_down, d_up


def miss(rows, down, up):
    return np.sum((rows - encode_decode(rows, down, up)[3]) ** 2) / (2 * len(rows))


np.random.seed(6)
rows = np.hstack([np.random.rand(3, 2), np.ones((3, 1))])
down, up = np.random.rand(3, 1), np.random.rand(1, 3)
for turn in range(300):
    d_down, d_up = back(rows, down, up)
    down -= 0.01 * d_down
    up -= 0.01 * d_up
print(miss(rows, down, up))
""",
)

ROWS["a few lines with a slope of the activation"] = Row(
    """\
import numpy as np


def bend(v, backwards=False):
    if backwards:
        return v * (1 - v)
    return 1 / (1 + np.exp(-v))


questions = np.array([[0, 1, 1], [1, 0, 1], [1, 1, 1], [0, 0, 1]])
answers = np.array([[1, 1, 0, 0]]).T
np.random.seed(2)
syn0 = 2 * np.random.random((3, 5)) - 1
syn1 = 2 * np.random.random((5, 1)) - 1
for turn in range(1000):
    l1 = bend(questions @ syn0)
    l2 = bend(l1 @ syn1)
    miss = answers - l2
    d2 = miss * bend(l2, True)
    d1 = d2.dot(syn1.T) * bend(l1, True)
    syn1 += l1.T.dot(d2)
    syn0 += questions.T.dot(d1)
""",
)

ROWS["a cell with gates, called by nobody"] = Row(
    """\
import numpy as np


def gate(v):
    return 1 / (1 + np.exp(-v))


def memory_forward(x, h_prev, c_prev, params):
    both = np.vstack((h_prev, x))
    f = gate(params["Wf"] @ both + params["bf"])
    u = gate(params["Wu"] @ both + params["bu"])
    o = gate(params["Wo"] @ both + params["bo"])
    n = np.tanh(params["Wn"] @ both + params["bn"])
    c = f * c_prev + u * n
    h = o * np.tanh(c)
    return h, c, (h, c, h_prev, c_prev, both, f, u, o, n, params)


def memory_backward(dh, dc_next, cache):
    h, c, h_prev, c_prev, both, f, u, o, n, params = cache
    dc = dc_next + dh * o * (1 - np.tanh(c) ** 2)
    do = dh * np.tanh(c) * o * (1 - o)
    df = dc * c_prev * f * (1 - f)
    du = dc * n * u * (1 - u)
    dn = dc * u * (1 - n**2)
    grads = {}
    for key, d in zip("fuon", (df, du, do, dn)):
        grads["dW" + key] = d @ both.T
        grads["db" + key] = np.sum(d, axis=1, keepdims=True)
    dboth = sum(params["W" + key].T @ d for key, d in zip("fuon", (df, du, do, dn)))
    grads["dh_prev"], grads["dx"] = dboth[: len(h_prev)], dboth[len(h_prev) :]
    grads["dc_prev"] = dc * f
    return grads


if __name__ == "__main__":
    params = {"W" + k: np.random.randn(4, 6) for k in "fuon"} | {"b" + k: np.random.randn(4, 1) for k in "fuon"}
    h, c, cache = memory_forward(np.random.randn(2, 3), np.random.randn(4, 3), np.random.randn(4, 3), params)
    print(memory_backward(np.ones((4, 3)), np.ones((4, 3)), cache)["dx"])
""",
    "dc = dc_next + dh * o",
    "dc = dh * o",
)

ROWS["a class with a penalty"] = Row(
    """\
import numpy as np


class TwoLayers:
    def __init__(self, inputs, units, classes):
        rng = np.random.default_rng(1)
        self.params = {"W1": 0.5 * rng.normal(size=(inputs, units)), "b1": np.zeros(units)}
        self.params.update(W2=0.5 * rng.normal(size=(units, classes)), b2=np.zeros(classes))

    def loss(self, X, y, reg=0.1):
        W1, b1, W2, b2 = (self.params[k] for k in ("W1", "b1", "W2", "b2"))
        h = np.maximum(0, X @ W1 + b1)
        scores = h @ W2 + b2
        scores = scores - scores.max(axis=1, keepdims=True)
        probs = np.exp(scores) / np.exp(scores).sum(axis=1, keepdims=True)
        loss = -np.log(probs[np.arange(len(y)), y]).mean() + reg * (np.sum(W1 * W1) + np.sum(W2 * W2))
        d = probs
        d[np.arange(len(y)), y] -= 1
        d /= len(y)
        grads = {"W2": h.T @ d + 2 * reg * W2, "b2": d.sum(axis=0)}
        d = (d @ W2.T) * (h > 0)
        grads["W1"] = X.T @ d + 2 * reg * W1
        grads["b1"] = d.sum(axis=0)
        return loss, grads

    def train(self, X, y, rate=0.1):
        for _ in range(10):
            loss, grads = self.loss(X, y)
            for key in self.params:
                self.params[key] -= rate * grads[key]


TwoLayers(4, 6, 3).train(np.random.randn(9, 4), np.random.randint(3, size=9))
""",
    'grads["W1"] = X.T @ d + 2 * reg * W1',
    'grads["W1"] = X.T @ d + reg * W1',
)

ROWS["a recurrent network"] = Row(
    """\
import numpy as np

rng = np.random.RandomState(3)
series = np.sin(np.arange(20) * 0.5).reshape(-1, 1)
Wx, Wh, Wy = rng.randn(5, 1) * 0.5, rng.randn(5, 5) * 0.3, rng.randn(1, 5) * 0.5
for sweep in range(12):
    hs, loss = {-1: np.zeros((5, 1))}, 0.0
    errors = {}
    for t in range(6):
        hs[t] = np.tanh(Wx * series[t] + Wh @ hs[t - 1])
        errors[t] = Wy @ hs[t] - series[t + 1]
        loss += 0.5 * np.sum(errors[t] ** 2)
    dWx, dWh, dWy = np.zeros_like(Wx), np.zeros_like(Wh), np.zeros_like(Wy)
    later = np.zeros((5, 1))
    for t in reversed(range(6)):
        dWy += errors[t] @ hs[t].T
        dh = Wy.T @ errors[t] + later
        raw = (1 - hs[t] ** 2) * dh
        dWx += raw * series[t]
        dWh += raw @ hs[t - 1].T
        later = Wh.T @ raw
    for p, g in zip([Wx, Wh, Wy], [dWx, dWh, dWy]):
        p -= 0.05 * g
    print(sweep, loss)
""",
    "dWh += raw @ hs[t - 1].T",
    "dWh += raw @ hs[t].T",
)

ROWS["momentum"] = Row(
    """\
import numpy as np

np.random.seed(1)
X = np.random.randn(24, 3)
y = X @ np.array([[1.0], [-2.0], [0.5]]) + 0.3
w, b = np.random.randn(3, 1), np.random.randn(1)
vw, vb = np.zeros_like(w), np.zeros_like(b)
for epoch in range(12):
    residual = X @ w + b - y
    mse = np.mean(residual**2)
    gw = 2 * X.T @ residual / len(X)
    gb = 2 * residual.mean(axis=0)
    vw = 0.9 * vw - 0.02 * gw
    vb = 0.9 * vb - 0.02 * gb
    w += vw
    b += vb
print(mse)
""",
    "gb = 2 * residual.mean(axis=0)",
    "gb = residual.mean(axis=0)",
)

ROWS["mini-batches in a new order"] = Row(
    """\
import numpy as np

rng = np.random.default_rng(1)
X = rng.normal(size=(18, 3))
y = np.maximum(X @ rng.normal(size=(3, 2)), 0)
w, v = rng.normal(size=(3, 4)), rng.normal(size=(4, 2))
for epoch in range(3):
    order = rng.permutation(len(X))
    for i in range(0, len(X), 6):
        xb, yb = X[order[i : i + 6]], y[order[i : i + 6]]
        h = np.maximum(xb @ w, 0)
        error = h @ v - yb
        loss = np.mean(error**2)
        d = 2 * error / error.size
        dv = h.T @ d
        dh = d @ v.T
        dh[h <= 0] = 0
        w -= 0.1 * xb.T @ dh
        v -= 0.1 * dv
print(loss)
""",
    "dh[h <= 0] = 0",
    "dh[dh <= 0] = 0",
)

ROWS["numbers in lists, without NumPy"] = Row(
    """\
import math
import random

random.seed(3)
data = [([0.0, 1.0], 1.0), ([1.0, 1.0], 0.0), ([1.0, 0.0], 1.0), ([0.0, 0.0], 0.0)]
inner = [[random.uniform(-1, 1) for _ in range(3)] for _ in range(3)]
outer = [random.uniform(-1, 1) for _ in range(4)]


def sigmoid(t):
    return 1.0 / (1.0 + math.exp(-t))


for epoch in range(6):
    for x, target in data:
        row = x + [1.0]
        hidden = [sigmoid(sum(w * v for w, v in zip(unit, row))) for unit in inner] + [1.0]
        guess = sigmoid(sum(w * h for w, h in zip(outer, hidden)))
        error = 0.5 * (guess - target) ** 2
        delta = (guess - target) * guess * (1 - guess)
        deltas = [delta * outer[j] * hidden[j] * (1 - hidden[j]) for j in range(3)]
        for j in range(4):
            outer[j] -= 0.5 * delta * hidden[j]
        for j in range(3):
            for k in range(3):
                inner[j][k] -= 0.5 * deltas[j] * row[k]
""",
    "* hidden[j] * (1 - hidden[j]) for",
    "* (1 - hidden[j]) for",
)

ROWS["layers as objects"] = Row(
    """\
import numpy as np


class Dense:
    def __init__(self, n, m):
        self.w, self.b = np.random.randn(n, m) * 0.5, np.zeros(m)

    def forward(self, x):
        self.x = x
        return x @ self.w + self.b

    def backward(self, grad, rate):
        before = grad @ self.w.T
        self.w -= rate * self.x.T @ grad
        self.b -= rate * grad.sum(axis=0)
        return before


class Tanh:
    def forward(self, x):
        self.y = np.tanh(x)
        return self.y

    def backward(self, grad, rate):
        return grad * (1 - self.y**2)


np.random.seed(0)
X, Y = np.random.randn(8, 3), np.random.randn(8, 2)
layers = [Dense(3, 5), Tanh(), Dense(5, 2)]
for i in range(10):
    out = X
    for layer in layers:
        out = layer.forward(out)
    loss = np.mean((out - Y) ** 2)
    grad = 2 * (out - Y) / Y.size
    for layer in reversed(layers):
        grad = layer.backward(grad, 0.1)
    print(loss)
""",
    "return grad * (1 - self.y**2)",
    "return grad * (1 - self.y)",
)

ROWS["logistic regression by examples"] = Row(
    """\
import numpy as np

rng = np.random.default_rng(2)
X = rng.normal(size=(10, 2))
t = (X[:, 0] > X[:, 1]).astype(float)
w, bias = np.zeros(2), 0.0
for epoch in range(8):
    dw, dbias, cost = np.zeros(2), 0.0, 0.0
    for i in range(len(X)):
        a = 1 / (1 + np.exp(-(np.dot(w, X[i]) + bias)))
        cost += -(t[i] * np.log(a) + (1 - t[i]) * np.log(1 - a))
        dw += X[i] * (a - t[i])
        dbias += a - t[i]
    w = w - 0.3 * dw / len(X)
    bias = bias - 0.3 * dbias / len(X)
    print(cost / len(X))
""",
    "dw += X[i] * (a - t[i])",
    "dw += X[i] * (a - t[i]) * a * (1 - a)",
)

ROWS["an adaptive rate"] = Row(
    """\
import numpy as np

rng = np.random.RandomState(9)
X, Y = rng.randn(10, 3), rng.randn(10, 2)
P = {"W": rng.randn(3, 4) * 0.5, "V": rng.randn(4, 2) * 0.5}
m = {k: np.zeros_like(v) for k, v in P.items()}
v = {k: np.zeros_like(p) for k, p in P.items()}
for t in range(1, 10):
    z = X @ P["W"]
    h = np.where(z > 0, z, 0.1 * z)
    diff = h @ P["V"] - Y
    loss = np.sum(diff * diff) / len(X)
    dout = 2 * diff / len(X)
    G = {"V": h.T @ dout}
    G["W"] = X.T @ ((dout @ P["V"].T) * np.where(z > 0, 1, 0.1))
    for k in P:
        m[k] = 0.9 * m[k] + 0.1 * G[k]
        v[k] = 0.999 * v[k] + 0.001 * G[k] ** 2
        P[k] -= 0.01 * (m[k] / (1 - 0.9**t)) / (np.sqrt(v[k] / (1 - 0.999**t)) + 1e-8)
    print(loss)
""",
    "np.where(z > 0, 1, 0.1))",
    "np.where(z > 0, 1, 0.1 * z))",
)
