import numpy as np

# LSTM for sequences, N sequences at once.
#   x:  (N, T, D)    h0, c0: (N, H)
#   Wx: (D, 4H)   Wh: (H, 4H)   b: (4H,)     gates in the order i, f, o, g


def sigmoid(x):
    pos = x >= 0
    z = np.zeros_like(x)
    z[pos] = np.exp(-x[pos])
    z[~pos] = np.exp(x[~pos])
    top = np.ones_like(x)
    top[~pos] = z[~pos]
    return top / (1 + z)


def lstm_step_forward(x, prev_h, prev_c, Wx, Wh, b):
    H = prev_h.shape[1]
    act = x.dot(Wx) + prev_h.dot(Wh) + b
    i = sigmoid(act[:, 0 * H:1 * H])
    f = sigmoid(act[:, 1 * H:2 * H])
    o = sigmoid(act[:, 2 * H:3 * H])
    g = np.tanh(act[:, 3 * H:4 * H])
    next_c = f * prev_c + i * g
    tc = np.tanh(next_c)
    next_h = o * tc
    cache = (x, prev_h, prev_c, Wx, Wh, i, f, o, g, tc)
    return next_h, next_c, cache


def lstm_step_backward(dnext_h, dnext_c, cache):
    x, prev_h, prev_c, Wx, Wh, i, f, o, g, tc = cache

    do = dnext_h * tc
    dc = dnext_c + dnext_h * o * (1 - tc ** 2)
    df = dc * prev_c
    dprev_c = dc * f
    di = dc * g
    dg = dc * i

    dact = np.hstack((di * i * (1 - i),
                      df * f * (1 - f),
                      do * o * (1 - o),
                      dg * (1 - g ** 2)))

    dx = dact.dot(Wx.T)
    dprev_h = dact.dot(Wh.T)
    dWx = x.T.dot(dact)
    dWh = prev_h.T.dot(dact)
    db = dact.sum(axis=0)
    return dx, dprev_h, dprev_c, dWx, dWh, db


def lstm_forward(x, h0, Wx, Wh, b):
    N, T, D = x.shape
    h = np.zeros((N, T, h0.shape[1]))
    cache = []
    prev_h, prev_c = h0, np.zeros_like(h0)
    for t in range(T):
        prev_h, prev_c, step = lstm_step_forward(x[:, t, :], prev_h, prev_c, Wx, Wh, b)
        h[:, t, :] = prev_h
        cache.append(step)
    return h, cache


def lstm_backward(dh, cache):
    N, T, H = dh.shape
    D = cache[0][0].shape[1]
    dx = np.zeros((N, T, D))
    dWx, dWh, db = np.zeros((D, 4 * H)), np.zeros((H, 4 * H)), np.zeros(4 * H)
    dprev_h, dprev_c = np.zeros((N, H)), np.zeros((N, H))
    for t in reversed(range(T)):
        dx[:, t, :], dprev_h, dprev_c, dWx_t, dWh_t, db_t = lstm_step_backward(
            dh[:, t, :] + dprev_h, dprev_c, cache[t])
        dWx += dWx_t
        dWh += dWh_t
        db += db_t
    return dx, dprev_h, dWx, dWh, db


def temporal_softmax_loss(scores, y, mask):
    """scores (N, T, V), y (N, T) labels, mask (N, T) of 0/1: which places count"""
    N, T, V = scores.shape
    flat = scores.reshape(N * T, V)
    y_flat = y.reshape(N * T)
    m_flat = mask.reshape(N * T)
    probs = np.exp(flat - flat.max(axis=1, keepdims=True))
    probs /= probs.sum(axis=1, keepdims=True)
    loss = -np.sum(m_flat * np.log(probs[np.arange(N * T), y_flat])) / N
    dflat = probs.copy()
    dflat[np.arange(N * T), y_flat] -= 1
    dflat /= N
    dflat *= m_flat[:, None]
    return loss, dflat.reshape(N, T, V)
