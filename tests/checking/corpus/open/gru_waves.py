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

    def backward(self, dY):
        g = dict((n, np.zeros_like(getattr(self, n))) for n in self.names)
        dh_next = np.zeros(self.nh)
        for t in range(len(dY) - 1, -1, -1):
            x, h, z, r, k = self.X[t], self.h[t], self.z[t], self.r[t], self.k[t]
            g["Wy"] += np.outer(dY[t], self.h[t + 1])
            g["by"] += dY[t]
            dh = self.Wy.T.dot(dY[t]) + dh_next

            dz = dh * (k - h)
            dk = dh * z
            dh_prev = dh * (1 - z)

            dak = dk * (1 - k * k)
            g["Wk"] += np.outer(dak, x)
            g["Uk"] += np.outer(dak, r * h)
            g["bk"] += dak
            drh = self.Uk.T.dot(dak)
            dr = drh * h
            dh_prev = dh_prev + drh * r

            dar = dr * r * (1 - r)
            g["Wr"] += np.outer(dar, x)
            g["Ur"] += np.outer(dar, h)
            g["br"] += dar
            dh_prev = dh_prev + self.Ur.T.dot(dar)

            daz = dz * z * (1 - z)
            g["Wz"] += np.outer(daz, x)
            g["Uz"] += np.outer(daz, h)
            g["bz"] += daz
            dh_prev = dh_prev + self.Uz.T.dot(daz)

            dh_next = dh_prev
        return g

    def adam(self, g, lr=0.02, b1=0.9, b2=0.999, eps=1e-8):
        self.count += 1
        for n in self.names:
            self.m[n] = b1 * self.m[n] + (1 - b1) * g[n]
            self.v[n] = b2 * self.v[n] + (1 - b2) * g[n] ** 2
            mhat = self.m[n] / (1 - b1 ** self.count)
            vhat = self.v[n] / (1 - b2 ** self.count)
            setattr(self, n, getattr(self, n) - lr * mhat / (np.sqrt(vhat) + eps))


if __name__ == "__main__":
    time = np.arange(14) * 0.45
    waves = np.stack([np.sin(time), 0.7 * np.cos(1.7 * time), np.sin(time) * np.cos(2 * time)], axis=1)
    X, Y = waves[:-1], waves[1:, :2]
    net = GRU(3, 7, 2)
    for epoch in range(40):
        out = net.forward(X)
        loss = np.sum((out - Y) ** 2) / Y.size
        net.adam(net.backward(2 * (out - Y) / Y.size))
        if epoch % 10 == 0:
            print(epoch, loss)
