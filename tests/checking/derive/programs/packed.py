import numpy as np
from scipy.optimize import minimize


def sigmoid(z):
    return 1.0 / (1.0 + np.exp(-z))


def unpack(theta, n_in, n_hid, n_lab):
    cut = n_hid * (n_in + 1)
    Theta1 = theta[:cut].reshape(n_hid, n_in + 1)
    Theta2 = theta[cut:].reshape(n_lab, n_hid + 1)
    return Theta1, Theta2


def cost_function(theta, n_in, n_hid, n_lab, X, y, lam):
    """J and its gradient, both regularised (the bias units are not). One sigmoid per label."""
    Theta1, Theta2 = unpack(theta, n_in, n_hid, n_lab)
    m = X.shape[0]
    Y = (y[:, None] == np.arange(n_lab)).astype(float)

    a1 = np.column_stack((np.ones(m), X))
    z2 = a1 @ Theta1.T
    a2 = np.column_stack((np.ones(m), sigmoid(z2)))
    z3 = a2 @ Theta2.T
    h = sigmoid(z3)

    J = np.sum(-Y * np.log(h) - (1 - Y) * np.log(1 - h)) / m
    J += lam / (2 * m) * (np.sum(Theta1[:, 1:] ** 2) + np.sum(Theta2[:, 1:] ** 2))

    return J


def predict(Theta1, Theta2, X):
    m = X.shape[0]
    a2 = sigmoid(np.column_stack((np.ones(m), X)) @ Theta1.T)
    return np.argmax(np.column_stack((np.ones(m), a2)) @ Theta2.T, axis=1)


if __name__ == "__main__":
    np.random.seed(10)
    n_in, n_hid, n_lab = 4, 6, 3
    X = np.random.randn(21, n_in)
    y = np.arange(21) % n_lab
    X[np.arange(21), y] += 1.0

    eps = 0.8
    theta0 = np.random.rand(n_hid * (n_in + 1) + n_lab * (n_hid + 1)) * 2 * eps - eps
    J0 = cost_function(theta0, n_in, n_hid, n_lab, X, y, 0.5)
