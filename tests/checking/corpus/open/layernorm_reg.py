# layer norm vs no layer norm: exercise 4 (regression on measured springs)
# everything in functions, parameters travel as a tuple
import numpy as np

EPS = 1e-6


def ln(u, scale, offset):
    m = u.mean(axis=1, keepdims=True)
    c = u - m
    s = np.sqrt((c ** 2).mean(axis=1, keepdims=True) + EPS)
    return scale * c / s + offset, (c, s)


def ln_grad(dy, scale, saved):
    c, s = saved
    dscale = np.sum(dy * c / s, axis=0)
    doffset = np.sum(dy, axis=0)
    t = dy * scale
    dc = t / s
    ds = -np.sum(t * c, axis=1, keepdims=True) / s ** 2
    dc += ds * c / (s * c.shape[1])
    du = dc - dc.mean(axis=1, keepdims=True)
    return du, dscale, doffset


def predict(theta, x):
    A, a, scale, offset, B, b = theta
    u = x @ A.T + a
    v, saved = ln(u, scale, offset)
    w = np.tanh(v)
    return w @ B.T + b, (x, v, w, saved)


def cost(theta, x, y):
    return ((predict(theta, x)[0] - y) ** 2).sum() / (2 * len(x))


def cost_grad(theta, x, y):
    A, a, scale, offset, B, b = theta
    yhat, (x, v, w, saved) = predict(theta, x)
    err = (yhat - y) / len(x)
    dB = err.T @ w
    db = err.sum(axis=0)
    dw = err @ B
    dv = dw * (1 - w ** 2)
    du, dscale, doffset = ln_grad(dv, scale, saved)
    dA = du.T @ x
    da = du.sum(axis=0)
    return dA, da, dscale, doffset, dB, db


def descend(theta, x, y, eta, mu, steps):
    move = tuple(np.zeros_like(p) for p in theta)
    costs = [cost(theta, x, y)]
    for _ in range(steps):
        # Nesterov: gradient at the point where momentum will take us
        ahead = tuple(p + mu * m for p, m in zip(theta, move))
        grad = cost_grad(ahead, x, y)
        move = tuple(mu * m - eta * g for m, g in zip(move, grad))
        theta = tuple(p + m for p, m in zip(theta, move))
        costs.append(cost(theta, x, y))
    return theta, costs


def main():
    gen = np.random.default_rng(2024)
    x = gen.normal(size=(25, 4))
    force = np.sin(x[:, :1]) - 0.5 * x[:, 1:2] * x[:, 2:3]
    y = np.concatenate([force, force ** 2 - x[:, 3:]], axis=1)
    hidden = 8
    theta = (gen.normal(size=(hidden, 4)) / 2, np.zeros(hidden), np.ones(hidden), np.zeros(hidden),
             gen.normal(size=(2, hidden)) / np.sqrt(hidden), np.zeros(2))
    theta, costs = descend(theta, x, y, eta=0.05, mu=0.8, steps=50)
    for k in range(0, 51, 10):
        print(k, costs[k])
    return theta, costs


if __name__ == "__main__":
    theta, costs = main()
