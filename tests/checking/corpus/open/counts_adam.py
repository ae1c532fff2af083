"""How many birds at the feeder? A Poisson network trained with Adam.

The last layer gives log(expected count), softplus in between.
"""
import numpy as np

rng = np.random.default_rng(11)


def softplus(z):
    return np.log1p(np.exp(z))


def make_data(n=36):
    temp = rng.normal(size=n)
    wind = rng.normal(size=n)
    seeds = rng.uniform(-1, 1, size=n)
    mean = np.exp(0.6 * seeds - 0.4 * np.abs(wind) + 0.3 * temp + 0.5)
    return np.stack([temp, wind, seeds], axis=1), rng.poisson(mean)[:, None]


theta = {
    "K": rng.normal(scale=0.6, size=(3, 8)),
    "k": rng.normal(scale=0.2, size=8),
    "M": rng.normal(scale=0.4, size=(8, 5)),
    "m": np.zeros(5),
    "O": rng.normal(scale=0.3, size=(5, 1)),
    "o": np.zeros(1),
}


def nll_and_grads(theta, x, counts):
    z1 = x @ theta["K"] + theta["k"]
    s1 = softplus(z1)
    z2 = s1 @ theta["M"] + theta["m"]
    s2 = softplus(z2)
    lograte = s2 @ theta["O"] + theta["o"]
    rate = np.exp(lograte)
    nll = np.mean(rate - counts * lograte)

    d = {}
    dlograte = (rate - counts) / len(x)
    d["O"] = s2.T @ dlograte
    d["o"] = dlograte.sum(axis=0)
    dz2 = dlograte @ theta["O"].T / (1 + np.exp(-z2))     # softplus' = logistic
    d["M"] = s1.T @ dz2
    d["m"] = dz2.sum(axis=0)
    dz1 = dz2 @ theta["M"].T / (1 + np.exp(-z1))
    d["K"] = x.T @ dz1
    d["k"] = dz1.sum(axis=0)
    return nll, d


def adam(theta, x, counts, steps, lr=0.02, b1=0.9, b2=0.99, tiny=1e-8):
    first = {name: np.zeros_like(v) for name, v in theta.items()}
    second = {name: np.zeros_like(v) for name, v in theta.items()}
    curve = []
    for t in range(1, steps + 1):
        nll, d = nll_and_grads(theta, x, counts)
        curve.append(nll)
        for name in theta:
            first[name] = b1 * first[name] + (1 - b1) * d[name]
            second[name] = b2 * second[name] + (1 - b2) * d[name] ** 2
            mhat = first[name] / (1 - b1 ** t)
            vhat = second[name] / (1 - b2 ** t)
            theta[name] = theta[name] - lr * mhat / (np.sqrt(vhat) + tiny)
    return curve


if __name__ == "__main__":
    x, counts = make_data()
    curve = adam(theta, x, counts, 45)
    print("nll", *("%.4f" % c for c in curve[::9]))
