"""GRU cell from scratch. Predicts the next value of two mixed waves (written as an exercise)."""
import numpy as np


def sigmoid(a):
    return 1 / (1 + np.exp(-a))


class GRU(object):
    def __init__(self, nx, nh, ny, seed=1):
        R = np.random.RandomState(seed)
        s = 0.4
        # update gate z, reset gate r, candidate k
        self.Wz, self.Uz, self.bz = R.randn(nh, nx) * s, R.randn(nh, nh) * s, R.randn(nh) * 0.1
        self.Wr, self.Ur, self.br = R.randn(nh, nx) * s, R.randn(nh, nh) * s, R.randn(nh) * 0.1
        self.Wk, self.Uk, self.bk = R.randn(nh, nx) * s, R.randn(nh, nh) * s, R.randn(nh) * 0.1
        self.Wy, self.by = R.randn(ny, nh) * s, np.zeros(ny)
        self.names = ["Wz", "Uz", "bz", "Wr", "Ur", "br", "Wk", "Uk", "bk", "Wy", "by"]
        self.nh = nh
        self.m = {n: np.zeros_like(getattr(self, n)) for n in self.names}
        self.v = {n: np.zeros_like(getattr(self, n)) for n in self.names}
        self.count = 0

    def forward(self, X):
        T = len(X)
        self.X = X
        self.h = np.zeros((T + 1, self.nh))
        self.z = np.zeros((T, self.nh))
        self.r = np.zeros((T, self.nh))
        self.k = np.zeros((T, self.nh))
        Y = np.zeros((T, len(self.by)))
        for t in range(T):
            x, h = X[t], self.h[t]
            self.z[t] = sigmoid(self.Wz.dot(x) + self.Uz.dot(h) + self.bz)
            self.r[t] = sigmoid(self.Wr.dot(x) + self.Ur.dot(h) + self.br)
            self.k[t] = np.tanh(self.Wk.dot(x) + self.Uk.dot(self.r[t] * h) + self.bk)
            self.h[t + 1] = (1 - self.z[t]) * h + self.z[t] * self.k[t]
            Y[t] = self.Wy.dot(self.h[t + 1]) + self.by
        return Y

if __name__ == "__main__":
    time = np.arange(14) * 0.45
    waves = np.stack([np.sin(time), 0.7 * np.cos(1.7 * time), np.sin(time) * np.cos(2 * time)], axis=1)
    X, Y = waves[:-1], waves[1:, :2]
    net = GRU(3, 7, 2)
    out = net.forward(X)
    loss = np.sum((out - Y) ** 2) / Y.size
