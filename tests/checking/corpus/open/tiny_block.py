"""A transformer block (two heads, layer norms, residuals) with hand-written backward passes.

Task: every position must say which token stands at the mirrored position of the sequence.
"""
import numpy as np


class Module:
    def __init__(self):
        self.p, self.g = {}, {}

    def step(self, lr):
        for k in self.p:
            self.p[k] -= lr * self.g[k]


class Linear(Module):
    def __init__(self, n_in, n_out, rng):
        super().__init__()
        self.p["W"] = rng.normal(size=(n_in, n_out)) / np.sqrt(n_in)
        self.p["b"] = rng.normal(size=n_out) * 0.1

    def __call__(self, x):
        self.x = x
        return x @ self.p["W"] + self.p["b"]

    def back(self, dy):
        flat = dy.reshape(-1, dy.shape[-1])
        self.g["W"] = self.x.reshape(-1, self.x.shape[-1]).T @ flat
        self.g["b"] = flat.sum(0)
        return dy @ self.p["W"].T


class LayerNorm(Module):
    def __init__(self, n):
        super().__init__()
        self.p["gain"], self.p["shift"] = np.ones(n), np.zeros(n)

    def __call__(self, x):
        self.std = np.sqrt(x.var(-1, keepdims=True) + 1e-5)
        self.xhat = (x - x.mean(-1, keepdims=True)) / self.std
        return self.p["gain"] * self.xhat + self.p["shift"]

    def back(self, dy):
        self.g["gain"] = (dy * self.xhat).sum((0, 1))
        self.g["shift"] = dy.sum((0, 1))
        dxhat = dy * self.p["gain"]
        return (dxhat - dxhat.mean(-1, keepdims=True)
                - self.xhat * (dxhat * self.xhat).mean(-1, keepdims=True)) / self.std


class Attention:
    def __init__(self, n, heads, rng):
        self.q, self.k, self.v, self.o = (Linear(n, n, rng) for _ in range(4))
        self.heads = heads

    def split(self, x):
        b, t, n = x.shape
        return x.reshape(b, t, self.heads, n // self.heads).transpose(0, 2, 1, 3)

    def join(self, x):
        b, h, t, n = x.shape
        return x.transpose(0, 2, 1, 3).reshape(b, t, h * n)

    def __call__(self, x):
        self.Q, self.K, self.V = self.split(self.q(x)), self.split(self.k(x)), self.split(self.v(x))
        self.c = self.Q.shape[-1] ** -0.5
        s = self.c * self.Q @ self.K.swapaxes(-1, -2)
        e = np.exp(s - s.max(-1, keepdims=True))
        self.A = e / e.sum(-1, keepdims=True)
        return self.o(self.join(self.A @ self.V))

    def back(self, dy):
        dz = self.split(self.o.back(dy))
        dA = dz @ self.V.swapaxes(-1, -2)
        dV = self.A.swapaxes(-1, -2) @ dz
        ds = self.A * (dA - (self.A * dA).sum(-1, keepdims=True)) * self.c
        dQ, dK = ds @ self.K, ds.swapaxes(-1, -2) @ self.Q
        return self.q.back(self.join(dQ)) + self.k.back(self.join(dK)) + self.v.back(self.join(dV))


class Block:
    def __init__(self, n, heads, wide, rng):
        self.n1, self.att = LayerNorm(n), Attention(n, heads, rng)
        self.n2, self.up, self.down = LayerNorm(n), Linear(n, wide, rng), Linear(wide, n, rng)

    def __call__(self, x):
        x = x + self.att(self.n1(x))
        self.pre = self.up(self.n2(x))
        return x + self.down(np.maximum(self.pre, 0))

    def back(self, dy):
        dpre = self.down.back(dy) * (self.pre > 0)
        dx = dy + self.n2.back(self.up.back(dpre))
        return dx + self.n1.back(self.att.back(dx))


class Model:
    def __init__(self, vocab, length, n, heads, wide, seed=0):
        rng = np.random.default_rng(seed)
        self.tok, self.pos = rng.normal(size=(vocab, n)) * 0.5, rng.normal(size=(length, n)) * 0.5
        self.block, self.head = Block(n, heads, wide, rng), Linear(n, vocab, rng)
        b = self.block
        self.modules = [b.n1, b.n2, b.up, b.down, b.att.q, b.att.k, b.att.v, b.att.o, self.head]

    def loss(self, ids, want):
        scores = self.head(self.block(self.tok[ids] + self.pos))
        scores = scores - scores.max(-1, keepdims=True)
        logp = scores - np.log(np.exp(scores).sum(-1, keepdims=True))
        hit = np.eye(len(self.tok))[want]
        dx = self.block.back(self.head.back((np.exp(logp) - hit) / want.size))
        self.dtok = np.zeros_like(self.tok)
        np.add.at(self.dtok, ids, dx)
        self.dpos = dx.sum(0)
        return -(hit * logp).sum() / want.size

    def step(self, lr):
        for m in self.modules:
            m.step(lr)
        self.tok -= lr * self.dtok
        self.pos -= lr * self.dpos


if __name__ == "__main__":
    rng = np.random.default_rng(3)
    ids = rng.integers(0, 5, (9, 4))
    model = Model(5, 4, 6, 2, 11)
    history = []
    for _ in range(60):
        history.append(model.loss(ids, ids[:, ::-1]))
        model.step(0.1)
    print(history[0], "->", history[-1])
