import numpy as np

# two interleaved half moons, three classes after adding a blob; network with batch norm between affine and relu

def data(seed=0, n=14):
    r = np.random.RandomState(seed)
    t = np.pi * r.rand(n)
    a = np.c_[np.cos(t), np.sin(t)]
    b = np.c_[1 - np.cos(t), 0.4 - np.sin(t)]
    c = np.c_[r.randn(n) * .2 - 1, r.randn(n) * .2 - 1]
    X = np.r_[a, b, c] + 0.1 * r.randn(3 * n, 2)
    return X, np.repeat([0, 1, 2], n)

class BNNet:

    def __init__(self, d, h, c, reg=1e-3, momentum=0.9):
        r = np.random.RandomState(42)
        self.params = dict(
            W1=r.randn(d, h) * np.sqrt(2. / d), b1=np.zeros(h), gamma=np.ones(h), beta=np.zeros(h),
            W2=r.randn(h, c) * np.sqrt(2. / h), b2=np.zeros(c))
        self.reg, self.momentum = reg, momentum
        self.run_mean, self.run_var = np.zeros(h), np.ones(h)

    def loss(self, X, y=None):
        P, N = self.params, len(X)
        train = y is not None
        # forward
        h = X.dot(P['W1']) + P['b1']
        if train:
            mu, var = h.mean(0), h.var(0)
            self.run_mean = self.momentum * self.run_mean + (1 - self.momentum) * mu
            self.run_var = self.momentum * self.run_var + (1 - self.momentum) * var
        else:
            mu, var = self.run_mean, self.run_var
        istd = 1. / np.sqrt(var + 1e-5)
        hn = (h - mu) * istd
        z = P['gamma'] * hn + P['beta']
        a = np.maximum(0, z)
        s = a.dot(P['W2']) + P['b2']
        if not train:
            return s
        s = s - s.max(1)[:, None]
        p = np.exp(s)
        p /= p.sum(1)[:, None]
        L = -np.log(p[range(N), y]).mean()
        L += 0.5 * self.reg * (np.sum(P['W1'] ** 2) + np.sum(P['W2'] ** 2))
        return L

if __name__ == '__main__':
    X, y = data()
    net = BNNet(2, 9, 3)
    print(net.loss(X, y))
