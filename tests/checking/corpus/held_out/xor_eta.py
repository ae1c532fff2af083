import numpy as np

np.random.seed(3)

# inputs with a constant one at the end so we don't need extra bias vectors
X = np.array([[0, 0, 1],
              [0, 1, 1],
              [1, 0, 1],
              [1, 1, 1]])
T = np.array([[0, 1, 1, 0]]).T

nhid = 5
eta = 0.8

V = 2 * np.random.random((3, nhid)) - 1
W = 2 * np.random.random((nhid + 1, 1)) - 1


def f(s):
    return 1 / (1 + np.exp(-s))


for it in range(600):
    # presentation of the 4 patterns
    S = f(X.dot(V))
    S1 = np.hstack([S, np.ones((4, 1))])
    O = f(S1.dot(W))

    # deltas
    err = T - O
    dO = err * O * (1 - O)
    dS = dO.dot(W[:-1].T) * S * (1 - S)

    # learn
    W += eta * S1.T.dot(dO)
    V += eta * X.T.dot(dS)

    if it % 200 == 0:
        print(it, np.abs(err).max())

print("after training:")
print(O)
