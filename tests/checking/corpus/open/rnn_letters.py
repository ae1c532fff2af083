# learning to write: a recurrent net that reads one character after the other
import numpy as np

np.random.seed(11)
text = "the rain stays near the train and the crane stays in the lane. "
chars = sorted(set(text))
V = len(chars)
H = 9           # hidden units
T = 7           # characters per piece
to_ix = {c: i for i, c in enumerate(chars)}

Wxh = np.random.randn(H, V) * 0.2
Whh = np.random.randn(H, H) * 0.2
Why = np.random.randn(V, H) * 0.2
bh = np.zeros((H, 1))
by = np.zeros((V, 1))


def piece_loss(ins, outs, hprev):
    """loss of one piece of text, gradients, and the last hidden state"""
    xs, hs, ys, ps = {}, {}, {}, {}
    hs[-1] = hprev.copy()
    loss = 0
    for t in range(len(ins)):
        xs[t] = np.zeros((V, 1))
        xs[t][ins[t]] = 1
        hs[t] = np.tanh(np.dot(Wxh, xs[t]) + np.dot(Whh, hs[t - 1]) + bh)
        ys[t] = np.dot(Why, hs[t]) + by
        ps[t] = np.exp(ys[t]) / np.sum(np.exp(ys[t]))
        loss += -np.log(ps[t][outs[t], 0])

    # and back through time
    dWxh = np.zeros_like(Wxh)
    dWhh = np.zeros_like(Whh)
    dWhy = np.zeros_like(Why)
    dbh = np.zeros_like(bh)
    dby = np.zeros_like(by)
    dhnext = np.zeros_like(hs[0])
    for t in reversed(range(len(ins))):
        dy = ps[t].copy()
        dy[outs[t]] -= 1
        dWhy += np.dot(dy, hs[t].T)
        dby += dy
        dh = np.dot(Why.T, dy) + dhnext
        draw = (1 - hs[t] * hs[t]) * dh
        dbh += draw
        dWxh += np.dot(draw, xs[t].T)
        dWhh += np.dot(draw, hs[t - 1].T)
        dhnext = np.dot(Whh.T, draw)
    for d in [dWxh, dWhh, dWhy, dbh, dby]:
        np.clip(d, -5, 5, out=d)
    return loss, dWxh, dWhh, dWhy, dbh, dby, hs[len(ins) - 1]


mWxh, mWhh, mWhy = np.zeros_like(Wxh), np.zeros_like(Whh), np.zeros_like(Why)
mbh, mby = np.zeros_like(bh), np.zeros_like(by)
smooth = -np.log(1.0 / V) * T
first = smooth
pos = 0
h = np.zeros((H, 1))
for n in range(120):
    if pos + T + 1 >= len(text):
        pos = 0
        h = np.zeros((H, 1))
    ins = [to_ix[c] for c in text[pos:pos + T]]
    outs = [to_ix[c] for c in text[pos + 1:pos + T + 1]]
    loss, dWxh, dWhh, dWhy, dbh, dby, h = piece_loss(ins, outs, h)
    smooth = smooth * 0.95 + loss * 0.05
    for param, dparam, mem in zip([Wxh, Whh, Why, bh, by],
                                  [dWxh, dWhh, dWhy, dbh, dby],
                                  [mWxh, mWhh, mWhy, mbh, mby]):
        mem += dparam * dparam
        param += -0.1 * dparam / np.sqrt(mem + 1e-8)
    pos += T
print("from", first, "to", smooth)
