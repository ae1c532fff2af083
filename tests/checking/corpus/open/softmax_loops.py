# Softmax regression, first with loops (to understand it), then vectorised.
# W has one column per class. x^T W gives the scores.
import numpy as np


def softmax_naive(W, X, y, reg):
    loss = 0.0
    dW = np.zeros(W.shape)
    num, dim = X.shape
    classes = W.shape[1]

    for i in range(num):
        f = np.zeros(classes)
        for c in range(classes):
            for d in range(dim):
                f[c] += X[i, d] * W[d, c]
        f -= f.max()
        total = 0.0
        for c in range(classes):
            total += np.exp(f[c])
        loss += np.log(total) - f[y[i]]
        for c in range(classes):
            p = np.exp(f[c]) / total
            if c == y[i]:
                dW[:, c] += (p - 1) * X[i]
            else:
                dW[:, c] += p * X[i]

    loss = loss / num + reg * np.sum(W ** 2)
    dW = dW / num + 2 * reg * W
    return loss, dW


def softmax_fast(W, X, y, reg):
    rows = np.arange(len(X))
    F = np.matmul(X, W)
    F -= np.max(F, axis=1, keepdims=True)
    expF = np.exp(F)
    P = expF / np.sum(expF, axis=1, keepdims=True)
    loss = -np.sum(np.log(P[rows, y])) / len(X)
    loss += reg * np.sum(W ** 2)

    Y = np.zeros_like(P)
    Y[rows, y] = 1
    dW = np.matmul(X.T, P - Y) / len(X)
    dW += 2 * reg * W
    return loss, dW


np.random.seed(231)
X = np.random.randn(25, 4)
X = np.c_[X, np.ones(25)]          # bias trick
y = np.random.randint(0, 3, 25)
X[:, 0] += 1.5 * (y == 1)
X[:, 2] -= 1.5 * (y == 2)
W0 = 0.5 * np.random.randn(5, 3)

results = {}
for name, fn in (('naive', softmax_naive), ('fast', softmax_fast)):
    W = W0.copy()
    hist = []
    for it in range(15):
        loss, grad = fn(W, X, y, 0.05)
        W -= 0.4 * grad
        hist.append(loss)
    results[name] = (W, hist)
    print(name, hist[0], hist[-1])

print('difference:', np.abs(results['naive'][0] - results['fast'][0]).max())
