"""Small forward programs that end in ``loss``, by name, in many manners; all begin with the same numbers."""

SETUP = """\
import math
import numpy as np
r = np.random.RandomState(7)
X, Y = r.randn(5, 3), r.rand(5, 2)
label, word = np.array([1, 0, 3, 3, 2]), np.array([[0, 1], [2, 2], [1, 1]])
W = r.randn(3, 4)
b = r.randn(4)
V = r.randn(4, 2)
g = r.rand(4) + 0.5
s = 0.7
q = -1.3
"""

PARAMETERS = ("W", "b", "V", "g", "s", "q")

FORWARDS = {
    "dense": "h = np.tanh(X @ W + b)\nd = h.dot(V) * s - Y\nloss = 0.5 * np.sum(d ** 2) / len(X)",
    "columns": """
A = 1 / (1 + np.exp(-(np.dot(W.T, X.T) + b.reshape(-1, 1))))
P = 1.0 / (1.0 + np.exp(-np.dot(V.T, A)))
loss = -np.sum(Y.T * np.log(P) + (1 - Y.T) * np.log(1 - P)) / X.shape[0]""",
    "softmax": """
z = X @ W + b
e = np.exp(z - np.max(z, axis=1, keepdims=True))
p = e / e.sum(axis=1, keepdims=True)
loss = -np.mean(np.log(p[np.arange(5), label])) + q * q * 0.1""",
    "log of the sum": """
z = (X @ W) * g
m = z.max(axis=-1)
loss = (m + np.log(np.exp(z - m[:, None]).sum(-1)) - z[range(5), label]).sum()""",
    "relu in four manners": """
z = X @ W + b
mask = z > 0
first = np.maximum(0, z) + z * (z > 0) + np.where(z < 0, s * z, z) + np.abs(z) / 2
z2 = z.copy()
z2[z2 < 0] = 0
loss = np.sum((first + z2 * mask) @ V)""",
    "joined columns and entries": """
A = np.c_[np.ones(5), X @ W]
B = np.c_[A, X]
flat = np.r_[(B ** 2).sum(axis=0), b]
loss = np.sum(flat ** 2) * s / 50""",
    "in place": """
h = X @ W
h += b
h *= s
h -= h.mean(axis=0)
h /= np.sqrt(g)
np.exp(h, out=h)
h[1:3] **= 2
h[:, 0] = h[:, 1] * q
loss = float(np.sum(h @ V) / 10)""",
    "a view that is written into": """
h = X @ W
row, block = h[1], h[2:, :2]
row *= b
block[...] = block * s
T = h.T
T[3] += row.sum()
loss = (h ** 2).sum() + row[0] * T[0, 0]""",
    "written after it was read": """
h = X @ W
before = h * b
kept = h[0, 0] * 1.0
h[0] = g
loss = np.sum(before * h) + kept * s""",
    "floats in lists": """
h = []
for j in range(4):
    total = b[j]
    for i in range(3):
        total += W[i][j] * X[0][i]
    h.append(math.tanh(total))
out = [sum(h[j] * V[j, k] for j in range(4)) + s for k in range(2)]
loss = 0.0
for o, y in zip(out, Y[0]):
    loss += 0.5 * (o - y) ** 2
loss = max(loss, 0.001) * abs(q) + math.exp(q) + pow(s, 2) - math.log(s)""",
    "entry by entry": """
out = np.zeros((5, 4))
for n in range(5):
    for j in range(4):
        for i in range(3):
            out[n, j] += X[n, i] * W[i, j]
        out[n, j] = out[n, j] / (1 + abs(out[n, j])) + b[j]
loss = out.mean() * s""",
    "over the examples": """
loss = 0
for x, y in zip(X, Y):
    h = np.tanh(x @ W + b)
    loss += np.sum((h @ V - y) ** 2)
loss /= len(X)""",
    "rows of an embedding": """
E = W[word]
flat = E.reshape(3, -1)
table = np.zeros((3, 4))
np.add.at(table, word, E * s)
loss = (flat ** 3).sum() + np.take(W, 5) * q + np.sum(table[:, ::-1] * W) + W[[0, 0, 2], [1, 1, 3]].sum()""",
    "joined and cut": """
A = np.concatenate([W, V.T.reshape(2, 4), b[None, :]], axis=0)
B = np.vstack((A, g)) * np.hstack([b, g])[:4]
C, D = np.split(np.stack([B, B ** 2]), 2, axis=0)
first, second = np.array_split(B, 2)
F = np.swapaxes(C, 1, 2).squeeze() @ np.expand_dims(D[0], 0).transpose(0, 1, 2)[0]
loss = np.sum(F) * 0.01 + np.sum(np.tile(b, 2) * np.repeat(g, 2)) + first.sum() * second.mean() * s""",
    "batch normalisation": """
z = X @ W
mu, var = z.mean(axis=0), z.var(axis=0)
out = g * (z - mu) / np.sqrt(var + 1e-5) + b
loss = np.sum((out @ V) ** 2) + z.std() * s""",
    "layer normalisation": """
z = X @ W
m = np.mean(z, axis=1, keepdims=True)
v = np.mean(np.square(z - m), axis=1, keepdims=True)
out = g * ((z - m) * (v + 1e-5) ** -0.5) + b
loss = np.log(np.sum(np.exp(out @ V)))""",
    "recurrent": """
U = V @ V.T * 0.1
h, states = np.zeros(4), []
for t in range(5):
    h = np.tanh(X[t] @ W + h @ U + b)
    states.append(h)
loss = sum(np.sum((state @ V - y) ** 2) for state, y in zip(states, Y)) * s""",
    "convolution": """
image = np.outer(g, b) + 0.5
K = W[:2, :2]
out = np.zeros((3, 3))
for i in range(3):
    for j in range(3):
        out[i, j] = np.sum(image[i:i + 2, j:j + 2] * K) + s
padded = np.pad(out, ((1, 0), (1, 0)))
pooled = padded.reshape(2, 2, 2, 2).max(axis=(1, 3))
loss = np.sum(pooled ** 2) + np.sum(np.convolve(g, b, "valid"))""",
    "diagonals and strides": """
blocks = np.lib.stride_tricks.as_strided(g, (2, 2), (16, 8))
wide = np.broadcast_to(b, (3, 4))
loss = np.sum((blocks @ W[0, :2]) ** 2) * s + np.sum(np.diag(W @ W.T)) + np.trace(W @ W.T) + (wide ** 2).sum()""",
    "attention": """
q1, k1 = X @ W, X @ (W * g)
scores = q1 @ k1.T / np.sqrt(4)
scores = np.where(np.tril(np.ones((5, 5))) == 0, -1e9, scores)
a = np.exp(scores - scores.max(-1, keepdims=True))
a = a / np.sum(a, axis=-1, keepdims=True)
loss = np.mean((a @ (X @ W + b) @ V - Y) ** 2)""",
    "sums of products": """
A = np.einsum("ni,ij->nj", X, W) + np.einsum("j,j->", b, g)
B = np.tensordot(A, V, axes=([1], [0])) + np.inner(b, g) + np.vdot(b, g)
loss = np.linalg.norm(B) + np.linalg.norm(W, axis=1).sum() * s""",
    "elementwise": """
z = np.clip(W, -0.8, 0.8) + np.minimum(W, b) + np.sin(W) * np.cos(b) + np.log1p(np.exp(W)) + np.expm1(b)
z = z + np.sqrt(g) + g ** s + np.power(2.0, b) + np.arctan(W) + np.sinh(b) * np.sign(W) + np.reciprocal(g)
z = np.divide(z, g) + np.negative(z) + np.cumsum(b) + np.prod(g) + np.cumprod(g) + np.hypot(g, b) + np.logaddexp(b, g)
loss = z.sum() + z.min() + np.median(b) * 0 + np.ptp(g)""",
    "functions and closures": """
def dense(w, bias):
    def forward(x, slope=lambda z: np.maximum(z, s * z)):
        return slope(x @ w + bias)
    return forward

def compose(x, *layers):
    for layer in layers:
        x = layer(x)
    return x

loss = compose(X, dense(W, b), dense(V, q), lambda x: x ** 2, np.mean)""",
    "classes": """
class Layer:
    def __init__(self, w, b=0.0):
        self.w, self.b = w, b
        self.cache = {}

    def __call__(self, x):
        self.cache["x"] = x
        self.out = x @ self.w + self.b
        self.out *= s
        return self.out

class Square(Layer):
    def __call__(self, x):
        return super().__call__(x) ** 2

layers = [Layer(W, b), Square(V)]
out = X
for layer in layers:
    out = layer(out)
loss = np.mean(out) + layers[0].out.sum() * layers[1].cache["x"].mean()""",
    "dictionaries and comprehensions": """
P = {"W1": W, "b1": b, "W2": V, "b2": np.full(2, q)}
cache = {"A0": X}
for k in (1, 2):
    cache[f"A{k}"] = np.tanh(cache[f"A{k - 1}"] @ P[f"W{k}"] + P[f"b{k}"])
loss = sum(np.sum(v ** 2) for k, v in P.items() if k.startswith("W")) * 0.01
loss = loss + np.mean([np.sum((p - y) ** 2) for p, y in zip(cache["A2"], Y)])""",
    "vectorize": """
relu = np.vectorize(lambda v: v if v > 0 else s * v)
loss = np.sum(relu(X @ W + b) @ V)""",
    "unpacked": """
(first, second, third), (u, v) = W, V.T
p, *rest = b
loss = np.sum(first * g) + second @ third + u @ v + p * sum(rest) * s""",
    "one array twice": """
loss = np.sum(b * b) + np.dot(b, b) + np.sum(W @ W.T @ W) + s * s * s / s + (b + b).sum()
c = b
c = c * 2 + b
loss = loss + c.sum()""",
    "lists become arrays": """
hidden = np.array([np.tanh(x @ W + b) for x in X])
rows = np.asarray([[s, q], [q * s, 1.0]])
loss = np.sum(hidden @ V @ rows)""",
    "windows that overlap": """
windows = np.lib.stride_tricks.sliding_window_view(g, 2)
loss = np.sum((windows @ W[0, :2]) ** 2) * s""",
}

FAULTS = {
    "unpacked within": "p, (first, *rest) = q, b * 2\nloss = first * p + rest[0]",
    "outer of a ufunc": "loss = np.multiply.outer(b, g).sum() * s",
}
"""Programs that do not work yet."""
