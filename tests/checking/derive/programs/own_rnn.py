import numpy as np
np.random.seed(11)
V, H, T = 6, 9, 5
Wxh = np.random.randn(H, V) * 0.2
Whh = np.random.randn(H, H) * 0.2
Why = np.random.randn(V, H) * 0.2
bh = np.zeros((H, 1))
by = np.zeros((V, 1))

def piece_loss(ins, outs, hprev):
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

print(piece_loss([0, 2, 1, 3, 4], [2, 1, 3, 4, 5], np.zeros((H, 1))))
