import numpy as np


def batchnorm_forward(x, gamma, beta, eps=1e-5):
    N, D = x.shape

    # step 1: mean
    mu = 1. / N * np.sum(x, axis=0)
    # step 2: subtract it from every row
    xmu = x - mu
    # step 3: squares
    sq = xmu ** 2
    # step 4: variance
    var = 1. / N * np.sum(sq, axis=0)
    # step 5: deviation
    sqrtvar = np.sqrt(var + eps)
    # step 6: its inverse
    ivar = 1. / sqrtvar
    # step 7: normalise
    xhat = xmu * ivar
    # steps 8 and 9: scale and shift
    gammax = gamma * xhat
    out = gammax + beta

    cache = (xhat, gamma, xmu, ivar, sqrtvar, var, eps)
    return out, cache



rng = np.random.default_rng(3)
x = rng.normal(size=(6, 4)); gamma = rng.normal(size=4); beta = rng.normal(size=4); target = rng.normal(size=(6, 4))
W = rng.normal(size=(4, 4))
out, cache = batchnorm_forward(x @ W, gamma, beta)
loss = np.sum((out - target) ** 2)
