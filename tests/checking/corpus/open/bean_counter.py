# Neural network without any library, only lists of lists.
# A row of a matrix is one example; W[i][j] goes from unit i to unit j.

from math import exp, log
from random import Random


def zeros(r, c):
    return [[0.0] * c for _ in range(r)]


def matmul(A, B):
    C = zeros(len(A), len(B[0]))
    for i in range(len(A)):
        for j in range(len(B[0])):
            for k in range(len(B)):
                C[i][j] += A[i][k] * B[k][j]
    return C


def transpose(A):
    return [list(col) for col in zip(*A)]


def add_row(A, b):
    return [[a + bb for a, bb in zip(row, b)] for row in A]


def softmax_row(row):
    top = max(row)
    e = [exp(v - top) for v in row]
    s = sum(e)
    return [v / s for v in e]


def forward(X, W1, b1, W2, b2):
    Z = add_row(matmul(X, W1), b1)
    H = [[v if v > 0 else 0.0 for v in row] for row in Z]
    S = add_row(matmul(H, W2), b2)
    P = [softmax_row(row) for row in S]
    return Z, H, P


def nll(P, labels):
    return -sum(log(P[i][labels[i]]) for i in range(len(labels))) / len(labels)


def backward(X, labels, W2, Z, H, P):
    n = len(X)
    dS = [row[:] for row in P]
    for i in range(n):
        dS[i][labels[i]] -= 1.0
        for j in range(len(dS[i])):
            dS[i][j] /= n
    dW2 = matmul(transpose(H), dS)
    db2 = [sum(col) for col in transpose(dS)]
    dH = matmul(dS, transpose(W2))
    dZ = zeros(n, len(Z[0]))
    for i in range(n):
        for j in range(len(Z[0])):
            if Z[i][j] > 0:
                dZ[i][j] = dH[i][j]
    dW1 = matmul(transpose(X), dZ)
    db1 = [sum(col) for col in transpose(dZ)]
    return dW1, db1, dW2, db2


def step_matrix(W, dW, rate):
    for i in range(len(W)):
        for j in range(len(W[i])):
            W[i][j] -= rate * dW[i][j]


def step_vector(b, db, rate):
    for j in range(len(b)):
        b[j] -= rate * db[j]


if __name__ == "__main__":
    rnd = Random(4)
    n, n_in, n_mid, n_out = 7, 3, 5, 4
    X = [[rnd.gauss(0, 1) for _ in range(n_in)] for _ in range(n)]
    labels = [0, 2, 1, 3, 2, 0, 3]
    W1 = [[rnd.gauss(0, 0.7) for _ in range(n_mid)] for _ in range(n_in)]
    W2 = [[rnd.gauss(0, 0.7) for _ in range(n_out)] for _ in range(n_mid)]
    b1 = [0.1] * n_mid
    b2 = [0.0] * n_out
    losses = []
    for it in range(25):
        Z, H, P = forward(X, W1, b1, W2, b2)
        losses.append(nll(P, labels))
        dW1, db1, dW2, db2 = backward(X, labels, W2, Z, H, P)
        step_matrix(W1, dW1, 0.1)
        step_vector(b1, db1, 0.1)
        step_matrix(W2, dW2, 0.1)
        step_vector(b2, db2, 0.1)
    print("%.4f -> %.4f" % (losses[0], losses[-1]))
