import numpy as np

# Adding problem with an LSTM: in every sequence two of the numbers are marked, the net must give their sum.
rng = np.random.default_rng(5)
n_in, n_hid, steps, batch = 2, 5, 6, 8
rate, beta = 0.05, 0.9


def sigm(x):
    return 1.0 / (1.0 + np.exp(-x))


def weights(n_from, n_to):
    return rng.normal(0, 1 / np.sqrt(n_from), (n_from, n_to))


P = {}
for gate in ("i", "f", "o", "g"):
    P["W" + gate] = weights(n_in, n_hid)
    P["U" + gate] = weights(n_hid, n_hid)
    P["b" + gate] = np.full(n_hid, 1.0) if gate == "f" else np.zeros(n_hid)
P["V"] = weights(n_hid, 1)
P["c"] = np.zeros(1)


def batch_of_sums():
    numbers = rng.uniform(-1, 1, (batch, steps))
    marks = np.zeros((batch, steps))
    for row in marks:
        row[rng.choice(steps, 2, replace=False)] = 1
    return np.stack([numbers, marks], axis=2), (numbers * marks).sum(axis=1, keepdims=True)


def run(x):
    h = [np.zeros((len(x), n_hid))]
    c = [np.zeros((len(x), n_hid))]
    gates = []
    for t in range(x.shape[1]):
        xt = x[:, t]
        i = sigm(xt @ P["Wi"] + h[-1] @ P["Ui"] + P["bi"])
        f = sigm(xt @ P["Wf"] + h[-1] @ P["Uf"] + P["bf"])
        o = sigm(xt @ P["Wo"] + h[-1] @ P["Uo"] + P["bo"])
        g = np.tanh(xt @ P["Wg"] + h[-1] @ P["Ug"] + P["bg"])
        c.append(f * c[-1] + i * g)
        h.append(o * np.tanh(c[-1]))
        gates.append((i, f, o, g))
    return h[-1] @ P["V"] + P["c"], (x, h, c, gates)



x, want = batch_of_sums()
out, kept = run(x)
loss = 0.5 * np.mean((out - want) ** 2)
