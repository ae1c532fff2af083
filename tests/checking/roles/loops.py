"""Training loops in many manners, by name, with the parameters that they train."""

from __future__ import annotations

HEAD = """\
import numpy as np
rng = np.random.RandomState(0)
X, Y = rng.randn(6, 3), rng.randn(6, 2)
W1, b1, W2, b2 = rng.randn(3, 4), np.zeros(4), rng.randn(4, 2), np.zeros(2)
lr = 0.05
"""

PASS = """\
    h = np.tanh(X @ W1 + b1)
    out = h @ W2 + b2
    loss = np.sum((out - Y) ** 2)
    do = 2 * (out - Y)
    dW2, db2 = h.T @ do, do.sum(0)
    dz = (do @ W2.T) * (1 - h ** 2)
    dW1, db1 = X.T @ dz, dz.sum(0)
"""

FOUR = HEAD + "for t in range(1, 8):\n" + PASS

DICTIONARY = """\
import numpy as np
rng = np.random.RandomState(0)
X, Y = rng.randn(6, 3), rng.randn(6, 2)
P = {"W": rng.randn(3, 4), "V": rng.randn(4, 2)}
M = {k: np.zeros_like(v) for k, v in P.items()}
S = {k: np.zeros_like(v) for k, v in P.items()}
for t in range(1, 8):
    h = np.tanh(X @ P["W"])
    do = (h @ P["V"] - Y) / len(X)
    loss = 0.5 * np.sum((h @ P["V"] - Y) ** 2) / len(X)
    G = {"V": h.T @ do, "W": X.T @ ((do @ P["V"].T) * (1 - h * h))}
    for k in P:
"""

LOOPS: dict[str, tuple[str, str]] = {
    "in place": ("W1 b1 W2 b2", FOUR + "    W1 -= lr * dW1; b1 -= lr * db1; W2 -= lr * dW2; b2 -= lr * db2\n"),
    "new values": (
        "W1 b1 W2 b2",
        FOUR + "    W1 = W1 - lr * dW1; b1 = b1 - lr * db1; W2 = W2 - lr * dW2; b2 = b2 - lr * db2\n",
    ),
    "plus minus": ("W1 b1 W2 b2", FOUR + "    W1 += -lr * dW1; b1 += -lr * db1; W2 += -lr * dW2; b2 += -lr * db2\n"),
    "all entries": (
        "W1 b1 W2 b2",
        FOUR + "    W1[:] = W1 - lr * dW1; b1[:] = b1 - lr * db1; W2[...] = W2 - lr * dW2; b2[...] = b2 - lr * db2\n",
    ),
    "some are not trained": ("W2 b2", FOUR + "    W2 -= lr * dW2\n    b2 -= lr * db2\n"),
    "list of pairs": (
        "W1 b1 W2 b2",
        FOUR.replace("lr = 0.05\n", "lr = 0.05\nparams = [W1, b1, W2, b2]\n")
        + "    for p, g in zip(params, (dW1, db1, dW2, db2)):\n        p -= lr * g\n",
    ),
    "lists by comprehension": (
        "Ws[0] Ws[1]",
        HEAD
        + """Ws = [W1, W2]
for epoch in range(6):
    h = np.tanh(X @ Ws[0])
    do = h @ Ws[1] - Y
    loss = 0.5 * np.sum(do * do)
    grads = [X.T @ ((do @ Ws[1].T) * (1 - h * h)), h.T @ do]
    Ws = [w - lr * g for w, g in zip(Ws, grads)]
""",
    ),
    "dictionary": ("P['W'] P['V']", DICTIONARY + "        P[k] -= 0.1 * G[k]\n"),
    "dictionary, new values": ("P['W'] P['V']", DICTIONARY + "        P[k] = P[k] - 0.1 * G[k]\n"),
    "momentum": ("P['W'] P['V']", DICTIONARY + "        M[k] = 0.9 * M[k] - 0.1 * G[k]\n        P[k] += M[k]\n"),
    "momentum by new values": (
        "W1 W2",
        FOUR.replace("lr = 0.05\n", "lr = 0.05\nv1, v2 = np.zeros_like(W1), np.zeros_like(W2)\n")
        + """\
    v1 = 0.9 * v1 - lr * dW1
    v2 = 0.9 * v2 - lr * dW2
    W1 = W1 + v1
    W2 = W2 + v2
""",
    ),
    "momentum in place": (
        "P['W'] P['V']",
        DICTIONARY + "        M[k] *= 0.9\n        M[k] += G[k]\n        P[k] -= 0.1 * M[k]\n",
    ),
    "RMSProp": (
        "P['W'] P['V']",
        DICTIONARY + "        S[k] += 0.1 * (G[k] ** 2 - S[k])\n        P[k] -= 0.1 * G[k] / (np.sqrt(S[k]) + 1e-8)\n",
    ),
    "Adam": (
        "P['W'] P['V']",
        DICTIONARY
        + """\
        M[k] = 0.9 * M[k] + 0.1 * G[k]
        S[k] = 0.99 * S[k] + 0.01 * G[k] ** 2
        P[k] = P[k] - 0.1 * (M[k] / (1 - 0.9 ** t)) / (np.sqrt(S[k] / (1 - 0.99 ** t)) + 1e-8)
""",
    ),
    "weight decay": ("P['W'] P['V']", DICTIONARY + "        P[k] = (1 - 0.01) * P[k] - 0.1 * G[k]\n"),
    "sums over the examples of a batch": (
        "W1 W2",
        HEAD
        + """for epoch in range(5):
    gW1, gW2 = np.zeros_like(W1), np.zeros_like(W2)
    total = 0.0
    for x, y in zip(X, Y):
        h = np.tanh(x @ W1)
        d = h @ W2 - y
        total += 0.5 * np.sum(d * d)
        gW2 += np.outer(h, d)
        gW1 += np.outer(x, (W2 @ d) * (1 - h * h))
    W1 -= lr * gW1 / len(X)
    W2 -= lr * gW2 / len(X)
    print(total)
""",
    ),
    "example by example": (
        "W1 W2",
        HEAD
        + """for epoch in range(3):
    for x, y in zip(X, Y):
        h = np.tanh(x @ W1)
        d = h @ W2 - y
        loss = 0.5 * np.sum(d * d)
        dh = W2 @ d
        W2 -= lr * np.outer(h, d)
        W1 -= lr * np.outer(x, dh * (1 - h * h))
""",
    ),
    "a residual connection": (
        "A B",
        """\
import numpy as np
rng = np.random.RandomState(0)
X, Y = rng.randn(6, 4), rng.randn(6, 4)
A, B = 0.3 * rng.randn(4, 4), 0.3 * rng.randn(4, 4)
for t in range(6):
    x = X
    h1 = np.tanh(x @ A)
    x1 = x + h1
    h2 = np.tanh(x1 @ B)
    x2 = x1 + h2
    d = x2 - Y
    loss = 0.5 * np.sum(d * d)
    dB = x1.T @ (d * (1 - h2 * h2))
    d1 = d + (d * (1 - h2 * h2)) @ B.T
    dA = x.T @ (d1 * (1 - h1 * h1))
    A -= 0.05 * dA
    B -= 0.05 * dB
""",
    ),
    "residual blocks in a loop": (
        "Ws[0] Ws[1] Ws[2]",
        """\
import numpy as np
rng = np.random.RandomState(0)
X, Y = rng.randn(6, 4), rng.randn(6, 4)
Ws = [0.3 * rng.randn(4, 4) for _ in range(3)]
for t in range(6):
    x, kept = X, []
    for W in Ws:
        h = np.tanh(x @ W)
        kept.append((x, h))
        x = x + h
    d = x - Y
    loss = 0.5 * np.sum(d * d)
    grads = []
    for W, (x, h) in zip(Ws[::-1], kept[::-1]):
        dz = d * (1 - h * h)
        grads.insert(0, x.T @ dz)
        d = d + dz @ W.T
    for i in range(3):
        Ws[i] = Ws[i] - 0.05 * grads[i]
""",
    ),
    "a running mean": (
        "W g",
        """\
import numpy as np
rng = np.random.RandomState(0)
X, Y = rng.randn(8, 3), rng.randn(8, 4)
W, g = rng.randn(3, 4), np.ones(4)
running_mean, running_var = np.zeros(4), np.ones(4)
for t in range(6):
    z = X @ W
    mu, var = z.mean(0), z.var(0)
    running_mean = 0.9 * running_mean + 0.1 * mu
    running_var = 0.9 * running_var + 0.1 * var
    std = np.sqrt(var + 1e-5)
    n = (z - mu) / std
    d = (g * n - Y) / len(X)
    loss = 0.5 * np.sum((g * n - Y) ** 2) / len(X)
    dg = np.sum(d * n, axis=0)
    dn = d * g
    dz = (dn - dn.mean(0) - n * (dn * n).mean(0)) / std
    dW = X.T @ dz
    W -= 0.1 * dW
    g -= 0.1 * dg
""",
    ),
    "a class": (
        "self.W self.b",
        """\
import numpy as np
class Net:
    def __init__(self):
        self.W, self.b = np.random.randn(3, 2), np.zeros(2)
        self.losses = []

    def fit(self, X, Y, rate):
        for _ in range(5):
            d = X @ self.W + self.b - Y
            self.losses.append(np.mean(d ** 2))
            self.step(X.T @ d * 2 / d.size, d.sum(0) * 2 / d.size, rate)

    def step(self, dW, db, rate):
        self.W -= rate * dW
        self.b -= rate * db

Net().fit(np.random.randn(6, 3), np.random.randn(6, 2), 0.1)
""",
    ),
    "functions that return new values": (
        "W b",
        """\
import numpy as np
def gradients(W, b, X, Y):
    d = X @ W + b - Y
    return X.T @ d, d.sum(0)

def update(W, b, dW, db, rate):
    W = W - rate * dW
    b = b - rate * db
    return W, b

def train(X, Y):
    W, b = np.random.randn(3, 2), np.zeros(2)
    for i in range(6):
        dW, db = gradients(W, b, X, Y)
        W, b = update(W, b, dW, db, 0.01)
    return W, b

W, b = train(np.random.randn(6, 3), np.random.randn(6, 2))
""",
    ),
    "numbers alone": (
        "w b",
        """\
xs, ys = [1.0, 2.0, 3.0, 4.0], [3.1, 4.9, 7.2, 9.0]
w, b = 0.5, 0.0
for epoch in range(10):
    dw, db, loss = 0.0, 0.0, 0.0
    for x, y in zip(xs, ys):
        e = w * x + b - y
        loss += e * e
        dw += 2 * e * x
        db += 2 * e
    w = w - 0.01 * dw / 4
    b = b - 0.01 * db / 4
""",
    ),
    "a while loop until it is small": (
        "W",
        """\
import numpy as np
X, Y = np.random.randn(6, 3), np.random.randn(6, 1)
W, loss, t = np.zeros((3, 1)), 100.0, 0
while loss > 1e-9 and t < 6:
    d = X @ W - Y
    loss = float(np.mean(d ** 2))
    W -= 0.2 * X.T @ d / len(X)
    t += 1
""",
    ),
    "mini-batches in a new order": (
        "W",
        """\
import numpy as np
X, Y = np.random.randn(12, 3), np.random.randn(12, 2)
W = np.random.randn(3, 2)
for epoch in range(3):
    order = np.random.permutation(12)
    for start in range(0, 12, 4):
        rows = order[start:start + 4]
        x, y = X[rows], Y[rows]
        d = x @ W - y
        loss = np.sum(d * d)
        W = W - 0.02 * 2 * x.T @ d
""",
    ),
}

FAULTS = {
    "a parameter of one letter, momentum by new values": (
        "w",
        """\
import numpy as np
X, Y = np.random.randn(6, 3), np.random.randn(6, 1)
w = np.random.randn(3, 1)
vw = np.zeros_like(w)
for t in range(6):
    d = X @ w - Y
    loss = np.mean(d**2)
    vw = 0.9 * vw - 0.1 * X.T @ d
    w = w + vw
""",
    ),
}
"""Programs that do not work yet."""

NOTHING = {
    "no training": "import numpy as np\nx = np.ones(3)\nfor i in range(5):\n    y = np.tanh(x)\n",
    "a sum": "import numpy as np\ntotal = 0.0\nfor x in np.arange(9.0):\n    total += x * x\n",
    "a network that only runs": HEAD + "for t in range(5):\n    h = X + np.tanh(X @ W1) @ W1.T\n    loss = np.sum(h)\n",
}
"""Programs that train nothing."""
