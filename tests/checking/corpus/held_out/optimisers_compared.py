"""Softmax regression on made-up flowers; gradient descent in five flavours, all by hand."""
import numpy as np


def flowers(n_per_kind, rng):
    centres = np.array([[1.0, 0.2, -0.5, 2.0, 0.1], [-0.5, 1.0, 0.5, 1.0, 0.0], [0.0, -1.0, 1.0, -1.0, 0.2], [2., 1., 0., 0., -1.]])
    x = np.concatenate([c + 0.9 * rng.standard_normal((n_per_kind, 5)) for c in centres])
    k = np.repeat(np.arange(4), n_per_kind)
    return x, k


def cost_and_gradient(theta, x, k, lam):
    """theta is (features + 1, kinds): the last row are the biases, not penalised"""
    n = x.shape[0]
    x1 = np.c_[x, np.ones(n)]
    z = x1 @ theta
    z_max = z.max(axis=1)
    log_sum = z_max + np.log(np.exp(z - z_max[:, None]).sum(axis=1))
    cost = np.sum(log_sum - z[np.arange(n), k]) / n + lam / 2 * np.sum(theta[:-1] ** 2)
    p = np.exp(z - log_sum[:, None])
    hit = np.zeros_like(p)
    hit[np.arange(n), k] = 1
    gradient = x1.T @ (p - hit) / n
    gradient[:-1] += lam * theta[:-1]
    return cost, gradient


def plain(theta, g, state, t):
    return theta - 0.5 * g


def momentum(theta, g, state, t):
    v = state.get("v", np.zeros_like(theta))
    v = 0.8 * v - 0.2 * g
    state["v"] = v
    return theta + v


def nesterov(theta, g, state, t):
    old = state.get("v", np.zeros_like(theta))
    v = 0.8 * old - 0.2 * g
    state["v"] = v
    return theta - 0.8 * old + (1 + 0.8) * v


def rmsprop(theta, g, state, t):
    s = state.get("s", np.zeros_like(theta))
    s = 0.9 * s + 0.1 * g ** 2
    state["s"] = s
    return theta - 0.05 * g / (np.sqrt(s) + 1e-8)


def adam(theta, g, state, t):
    m = state.get("m", np.zeros_like(theta))
    v = state.get("v", np.zeros_like(theta))
    m = 0.9 * m + 0.1 * g
    v = 0.99 * v + 0.01 * g ** 2
    state["m"], state["v"] = m, v
    m_corr = m / (1 - 0.9 ** t)
    v_corr = v / (1 - 0.99 ** t)
    return theta - 0.1 * m_corr / (np.sqrt(v_corr) + 1e-8)


def fit(rule, x, k, lam, steps, seed):
    rng = np.random.default_rng(seed)
    theta = 0.1 * rng.standard_normal((x.shape[1] + 1, k.max() + 1))
    state, history = {}, []
    for t in range(1, steps + 1):
        rows = rng.choice(len(x), 16, replace=False)
        cost, g = cost_and_gradient(theta, x[rows], k[rows], lam)
        theta = rule(theta, g, state, t)
        history.append(cost)
    return theta, history


if __name__ == "__main__":
    x, k = flowers(15, np.random.default_rng(6))
    outcome = {}
    for rule in (plain, momentum, nesterov, rmsprop, adam):
        theta, history = fit(rule, x, k, 0.01, 30, seed=1)
        outcome[rule.__name__] = (theta, history)
        print("%-10s %.4f -> %.4f" % (rule.__name__, history[0], cost_and_gradient(theta, x, k, 0.01)[0]))
