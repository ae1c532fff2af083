"""
character level language model, vanilla recurrent net, no batches.
"""
import numpy as np

text = "the cat sat on the mat and the rat sat on the cat and that was that. "
letters = sorted(set(text))
n_letters = len(letters)
number = {c: i for i, c in enumerate(letters)}

rng = np.random.RandomState(1)
n_state = 12
n_steps = 9
rate = 0.08

U = rng.randn(n_state, n_letters) * 0.2      # letter -> state
R = rng.randn(n_state, n_state) * 0.2        # state -> state
a = rng.randn(n_state, 1) * 0.05
O = rng.randn(n_letters, n_state) * 0.2      # state -> letter
c = np.zeros((n_letters, 1))


def run(ins, outs, state):
    """loss, gradients and the last state for one piece of text"""
    s, p = {-1: state.copy()}, {}
    loss = 0.0
    for t, letter in enumerate(ins):
        s[t] = np.tanh(U[:, [letter]] + R.dot(s[t - 1]) + a)
        q = O.dot(s[t]) + c
        q = np.exp(q - q.max())
        p[t] = q / q.sum()
        loss -= np.log(p[t][outs[t], 0])

    gU, gR, ga, gO, gc = [np.zeros_like(m) for m in (U, R, a, O, c)]
    from_later = np.zeros_like(state)
    for t in range(len(ins) - 1, -1, -1):
        gq = p[t].copy()
        gq[outs[t]] -= 1
        gO += gq.dot(s[t].T)
        gc += gq
        gs = O.T.dot(gq) + from_later
        graw = gs * (1 - s[t] ** 2)
        ga += graw
        gU[:, [ins[t]]] += graw
        gR += graw.dot(s[t - 1].T)
        from_later = R.T.dot(graw)
    for g in (gU, gR, ga, gO, gc):
        np.clip(g, -5, 5, out=g)
    return loss, (gU, gR, ga, gO, gc), s[len(ins) - 1]


memory = [np.zeros_like(m) for m in (U, R, a, O, c)]
smooth = np.log(n_letters) * n_steps
pos, state = 0, np.zeros((n_state, 1))
losses = []
for n in range(50):
    if pos + n_steps + 1 > len(text):
        pos, state = 0, np.zeros((n_state, 1))
    ins = [number[ch] for ch in text[pos:pos + n_steps]]
    outs = [number[ch] for ch in text[pos + 1:pos + n_steps + 1]]
    loss, grads, state = run(ins, outs, state)
    smooth = 0.95 * smooth + 0.05 * loss
    losses.append(loss)
    for weights, g, mem in zip((U, R, a, O, c), grads, memory):
        mem += g * g
        weights -= rate * g / np.sqrt(mem + 1e-8)
    pos += n_steps
    if n % 20 == 0:
        print("piece", n, "smooth loss", round(smooth, 3))
