# scaled dot product attention, trained to look up: a sequence of (key, value) rows and a question, answer with the value
import numpy as np
rs = np.random.RandomState(8)

B, T, D, dk, C = 12, 5, 7, 4, 3


def make_data(n):
    X = rs.randn(n, T, D)
    where = rs.randint(0, T, n)
    X[:, :, -1] = 0
    X[np.arange(n), where, -1] = 2.0
    label = (X[np.arange(n), where, :C]).argmax(axis=1)
    return X, label


def softmax(s):
    e = np.exp(s - s.max(axis=-1, keepdims=True))
    return e / e.sum(axis=-1, keepdims=True)


Wq = rs.randn(D, dk) / np.sqrt(D)
Wk = rs.randn(D, dk) / np.sqrt(D)
Wv = rs.randn(D, dk) / np.sqrt(D)
Wo = rs.randn(dk, C) / np.sqrt(dk)
bo = np.zeros(C)
scale = 1 / np.sqrt(dk)

X, label = make_data(B)
lr = 0.3
for it in range(80):
    # ---- forward
    Q = X @ Wq
    K = X @ Wk
    V = X @ Wv
    S = np.matmul(Q, K.transpose(0, 2, 1)) * scale
    A = softmax(S)
    Z = np.matmul(A, V)
    pooled = Z.mean(axis=1)
    P = softmax(pooled @ Wo + bo)
    loss = -np.log(P[np.arange(B), label]).sum() / B

