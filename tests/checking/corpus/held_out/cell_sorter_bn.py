# healthy / sick cells from 6 measurements - net with batch normalisation
import numpy as np

rng = np.random.default_rng(77)

n = 48
y = (rng.random(n) < 0.45).astype(float)
data = rng.normal(size=(n, 6)) * [1, 5, 0.2, 3, 1, 10] + y[:, None] * [1, -4, 0.2, 2, 0, 6] + 2

EPS = 1e-3


def sig(v):
    return 1.0 / (1.0 + np.exp(-v))


class Cells:
    def __init__(self, sizes):
        self.p = []
        for a, b in zip(sizes[:-2], sizes[1:-1]):
            self.p.append(dict(W=rng.normal(0, a ** -0.5, (a, b)), gamma=rng.uniform(0.7, 1.3, b), beta=rng.normal(0, 0.2, b),
                               run_mean=np.zeros(b), run_var=np.ones(b)))
        self.w = rng.normal(0, sizes[-2] ** -0.5, sizes[-2])
        self.b = 0.0

    def predict(self, x):
        for q in self.p:
            z = x @ q["W"]
            z = (z - q["run_mean"]) / np.sqrt(q["run_var"] + EPS)
            x = np.tanh(q["gamma"] * z + q["beta"])
        return sig(x @ self.w + self.b)

    def train_batch(self, x, y, lr):
        N = len(y)
        tape = []
        for q in self.p:
            z = x @ q["W"]
            mean = z.mean(axis=0)
            var = z.var(axis=0)
            zhat = (z - mean) / np.sqrt(var + EPS)
            a = np.tanh(q["gamma"] * zhat + q["beta"])
            q["run_mean"] = 0.8 * q["run_mean"] + 0.2 * mean
            q["run_var"] = 0.8 * q["run_var"] + 0.2 * var
            tape.append((x, zhat, var, a))
            x = a
        out = sig(x @ self.w + self.b)
        loss = -np.mean(y * np.log(out) + (1 - y) * np.log(1 - out))

        d = (out - y) / N
        dw = x.T @ d
        db = np.sum(d)
        da = np.outer(d, self.w)
        self.w = self.w - lr * dw
        self.b = self.b - lr * db
        for q, (x_in, zhat, var, a) in zip(self.p[::-1], tape[::-1]):
            dbn = da * (1 - a ** 2)
            dgamma = np.sum(dbn * zhat, axis=0)
            dbeta = np.sum(dbn, axis=0)
            dzhat = dbn * q["gamma"]
            dz = (dzhat - dzhat.mean(axis=0) - zhat * np.mean(dzhat * zhat, axis=0)) / np.sqrt(var + EPS)
            dW = x_in.T @ dz
            da = dz @ q["W"].T
            q["W"] -= lr * dW
            q["gamma"] -= lr * dgamma
            q["beta"] -= lr * dbeta
        return loss


net = Cells([6, 7, 5, 1])
curve = []
for epoch in range(10):
    perm = rng.permutation(n)
    for part in np.array_split(perm, 4):
        curve.append(net.train_batch(data[part], y[part], 0.1))

answer = net.predict(data)
print("last losses", curve[-3:])
print("right:", np.sum((answer > 0.5) == (y > 0.5)), "of", n)
