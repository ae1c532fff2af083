"""Two-layer network with a multiclass hinge loss.

weights = (U, u, V, v);  U is (hidden, inputs), V is (classes, hidden), so a
batch x of shape (samples, inputs) goes through   x U' + u,  relu,  . V' + v.
"""
import numpy as np


def random_weights(inputs, hidden, classes, seed=None):
    gen = np.random.default_rng(seed)
    U = gen.normal(0, np.sqrt(2 / inputs), (hidden, inputs))
    V = gen.normal(0, np.sqrt(2 / hidden), (classes, hidden))
    return U, np.zeros(hidden), V, np.zeros(classes)


def score(weights, x):
    U, u, V, v = weights
    act = x @ U.T + u
    on = act > 0
    act = act * on
    return act @ V.T + v, act, on


def hinge(s, y, delta=1.0):
    """Mean over samples of the summed margins, and d/ds of it."""
    n = s.shape[0]
    right = s[range(n), y][:, None]
    margin = s - right + delta
    margin[range(n), y] = 0
    violated = margin > 0
    value = margin[violated].sum() / n

    return value


def objective(weights, x, y, decay, delta=1.0):
    U, u, V, v = weights
    s, act, on = score(weights, x)
    data = hinge(s, y, delta)
    total = data + decay * (np.square(U).sum() + np.square(V).sum()) / 2

    return total


#END
gen = np.random.default_rng(1)
ws = random_weights(4, 6, 3, 1)
print(objective(ws, gen.normal(size=(7, 4)), gen.integers(0, 3, 7), 0.1))
