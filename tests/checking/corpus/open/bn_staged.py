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


def batchnorm_backward(dout, cache):
    xhat, gamma, xmu, ivar, sqrtvar, var, eps = cache
    N, D = dout.shape

    # step 9
    dbeta = np.sum(dout, axis=0)
    dgammax = dout
    # step 8
    dgamma = np.sum(dgammax * xhat, axis=0)
    dxhat = dgammax * gamma
    # step 7
    divar = np.sum(dxhat * xmu, axis=0)
    dxmu1 = dxhat * ivar
    # step 6
    dsqrtvar = -1. / (sqrtvar ** 2) * divar
    # step 5
    dvar = 0.5 * 1. / np.sqrt(var + eps) * dsqrtvar
    # step 4
    dsq = 1. / N * np.ones((N, D)) * dvar
    # step 3
    dxmu2 = 2 * xmu * dsq
    # step 2
    dx1 = dxmu1 + dxmu2
    dmu = -1 * np.sum(dxmu1 + dxmu2, axis=0)
    # step 1
    dx2 = 1. / N * np.ones((N, D)) * dmu
    # step 0
    dx = dx1 + dx2
    return dx, dgamma, dbeta


def batchnorm_backward_short(dout, cache):
    """the same, simplified on paper"""
    xhat, gamma, _, ivar, _, _, _ = cache
    N = len(dout)
    dbeta = dout.sum(0)
    dgamma = (dout * xhat).sum(0)
    dx = gamma * ivar * (dout - dbeta / N - xhat * dgamma / N)
    return dx, dgamma, dbeta
