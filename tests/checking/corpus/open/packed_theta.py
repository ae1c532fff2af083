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

    Theta1_grad = np.zeros_like(Theta1)
    Theta2_grad = np.zeros_like(Theta2)
    for i in range(m):
        d3 = h[i] - Y[i]
        d2 = Theta2[:, 1:].T @ d3 * sigmoid(z2[i]) * (1 - sigmoid(z2[i]))
        Theta2_grad += np.outer(d3, a2[i])
        Theta1_grad += np.outer(d2, a1[i])
    Theta1_grad /= m
    Theta2_grad /= m
    Theta1_grad[:, 1:] += lam / m * Theta1[:, 1:]
    Theta2_grad[:, 1:] += lam / m * Theta2[:, 1:]

    return J, np.concatenate((Theta1_grad.ravel(), Theta2_grad.ravel()))


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
    J0, grad0 = cost_function(theta0, n_in, n_hid, n_lab, X, y, 0.5)
    res = minimize(cost_function, theta0, args=(n_in, n_hid, n_lab, X, y, 0.5),
                   jac=True, method="L-BFGS-B", options={"maxiter": 12})
    Theta1, Theta2 = unpack(res.x, n_in, n_hid, n_lab)
    print("J before %.4f, after %.4f" % (J0, res.fun))
    print("training accuracy", np.mean(predict(Theta1, Theta2, X) == y))
