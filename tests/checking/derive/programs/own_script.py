import numpy as np
rng = np.random.RandomState(3)
N, D, H, C = 8, 3, 6, 4
X = rng.randn(N, D)
y = rng.randint(0, C, N)
w1 = rng.randn(D, H) * 0.4
b1 = np.zeros((1, H))
w2 = rng.randn(H, C) * 0.4
b2 = np.zeros((1, C))
lam = 0.01
for epoch in range(3):
    a1 = np.tanh(X @ w1 + b1)
    scores = a1 @ w2 + b2
    e = np.exp(scores - scores.max(axis=1, keepdims=True))
    p = e / e.sum(axis=1, keepdims=True)
    loss = -np.log(p[range(N), y]).mean() + lam * ((w1 ** 2).sum() + (w2 ** 2).sum())
    print(loss)
