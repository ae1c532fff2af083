"""One transformer block (single head, causal) that learns to repeat the letter before last.

Everything is for one sequence: rows are positions, columns are features.
"""
import numpy as np
from numpy.random import default_rng

T, D, F, V = 7, 6, 10, 5
gen = default_rng(13)

theta = {
    "tok": gen.normal(0, 0.5, (V, D)),
    "pos": gen.normal(0, 0.5, (T, D)),
    "Wq": gen.normal(0, 0.4, (D, D)), "Wk": gen.normal(0, 0.4, (D, D)), "Wv": gen.normal(0, 0.4, (D, D)),
    "Wo": gen.normal(0, 0.4, (D, D)),
    "W1": gen.normal(0, 0.4, (D, F)), "b1": gen.normal(0, 0.1, F),
    "W2": gen.normal(0, 0.4, (F, D)), "b2": gen.normal(0, 0.1, D),
    "head": gen.normal(0, 0.4, (D, V)),
}
mask = np.triu(np.full((T, T), -1e9), k=1)


def row_softmax(s):
    e = np.exp(s - s.max(-1, keepdims=True))
    return e / e.sum(-1, keepdims=True)


def block(ids, targets, th):
    # ---- forward
    x = th["tok"][ids] + th["pos"]
    q, k, v = x @ th["Wq"], x @ th["Wk"], x @ th["Wv"]
    att = row_softmax(q @ k.T / np.sqrt(D) + mask)
    ctx = att @ v
    r = x + ctx @ th["Wo"]
    u = r @ th["W1"] + th["b1"]
    m = np.maximum(u, 0)
    y = r + m @ th["W2"] + th["b2"]
    prob = row_softmax(y @ th["head"])
    loss = -np.mean(np.log(prob[np.arange(T), targets]))

    # ---- backward
    d = {}
    dlogit = prob - np.eye(V)[targets]
    dlogit /= T
    d["head"] = y.T @ dlogit
    dy = dlogit @ th["head"].T
    d["W2"] = m.T @ dy
    d["b2"] = dy.sum(0)
    du = (dy @ th["W2"].T) * (u > 0)
    d["W1"] = r.T @ du
    d["b1"] = du.sum(0)
    dr = dy + du @ th["W1"].T
    d["Wo"] = ctx.T @ dr
    dctx = dr @ th["Wo"].T
    datt = dctx @ v.T
    dv = att.T @ dctx
    ds = att * (datt - np.sum(datt * att, axis=1, keepdims=True))
    ds /= np.sqrt(D)
    dq = ds @ k
    dk = ds.T @ q
    d["Wq"], d["Wk"], d["Wv"] = x.T @ dq, x.T @ dk, x.T @ dv
    dx = dr + dq @ th["Wq"].T + dk @ th["Wk"].T + dv @ th["Wv"].T
    d["pos"] = dx
    d["tok"] = np.zeros_like(th["tok"])
    np.add.at(d["tok"], ids, dx)
    return loss, d


class Adam:
    def __init__(self, th, lr=0.02, beta1=0.9, beta2=0.99, eps=1e-8):
        self.lr, self.beta1, self.beta2, self.eps = lr, beta1, beta2, eps
        self.m = {k: np.zeros_like(v) for k, v in th.items()}
        self.s = {k: np.zeros_like(v) for k, v in th.items()}
        self.t = 0

    def __call__(self, th, d):
        self.t += 1
        for k in th:
            self.m[k] = self.beta1 * self.m[k] + (1 - self.beta1) * d[k]
            self.s[k] = self.beta2 * self.s[k] + (1 - self.beta2) * d[k] ** 2
            m_hat = self.m[k] / (1 - self.beta1 ** self.t)
            s_hat = self.s[k] / (1 - self.beta2 ** self.t)
            th[k] -= self.lr * m_hat / (np.sqrt(s_hat) + self.eps)


losses = []
opt = Adam(theta)
for step in range(40):
    seq = gen.integers(0, V, T + 1)
    loss, d = block(seq[1:], seq[:-1], theta)
    opt(theta, d)
    losses.append(loss)

if __name__ == "__main__":
    print("loss, first ten steps and last ten:", np.mean(losses[:10]), np.mean(losses[-10:]))
