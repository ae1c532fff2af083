import math
import numpy as np


def evening_of_chess(games, hidden=7, epochs=8, rate=0.15, seed=5, verbose=True):
    """From five features of a position to three yes/no answers: is white better, is
    the king safe, is it an endgame. Everything happens in here."""

    rnd = np.random.RandomState(seed)
    n_in = len(games[0][0])
    n_out = len(games[0][1])

    A = rnd.uniform(-0.8, 0.8, (hidden, n_in))
    a0 = rnd.uniform(-0.2, 0.2, hidden)
    B = rnd.uniform(-0.8, 0.8, (n_out, hidden))
    b0 = rnd.uniform(-0.2, 0.2, n_out)

    def logistic(v):
        return 1.0 / (1.0 + math.exp(-v))

    def elu(v):
        return v if v > 0 else math.exp(v) - 1.0

    def elu_prime(v):
        return 1.0 if v > 0 else math.exp(v)

    logistic_ = np.vectorize(logistic)
    elu_ = np.vectorize(elu)
    elu_prime_ = np.vectorize(elu_prime)

    def think(features):
        pot = A.dot(features) + a0
        mid = elu_(pot)
        ans = logistic_(B.dot(mid) + b0)
        return pot, mid, ans

    def surprise(ans, truth):
        s = 0.0
        for p, t in zip(ans, truth):
            s -= math.log(p) if t else math.log(1 - p)
        return s

    def learn(features, truth):
        nonlocal A, a0, B, b0
        pot, mid, ans = think(features)
        d_ans = ans - truth
        d_B = np.outer(d_ans, mid)
        d_mid = d_ans.dot(B)
        d_pot = d_mid * elu_prime_(pot)
        d_A = np.outer(d_pot, features)
        B = B - rate * d_B
        b0 = b0 - rate * d_ans
        A = A - rate * d_A
        a0 = a0 - rate * d_pot
        return surprise(ans, truth)

    diary = []
    for e in range(epochs):
        total = 0.0
        for i in rnd.permutation(len(games)):
            features, truth = games[i]
            total += learn(features, truth)
        diary.append(total / len(games))
        if verbose:
            print("epoch", e, "surprise", round(diary[-1], 4))

    return {"A": A, "a0": a0, "B": B, "b0": b0, "diary": diary, "think": think}


def some_games(how_many):
    r = np.random.RandomState(0)
    games = []
    for _ in range(how_many):
        f = r.normal(0, 1, 5)
        truth = np.array([f[0] + f[1] > 0, f[2] * f[3] > 0, f[4] > 0.3], dtype=float)
        games.append((f, truth))
    return games


if __name__ == "__main__":
    out = evening_of_chess(some_games(22))
