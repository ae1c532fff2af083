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

    return loss



ins = [to_ix[c] for c in text[:T]]
outs = [to_ix[c] for c in text[1:T + 1]]
print(piece_loss(ins, outs, np.zeros((H, 1))))
