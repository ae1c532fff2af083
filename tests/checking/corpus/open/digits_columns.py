import numpy as np


def fake_digits(m, seed=0):
    """Stands for MNIST: every class is a blurred 4x4 prototype. Examples are columns."""
    rng = np.random.RandomState(seed)
    prototypes = rng.rand(6, 16)
    labels = rng.randint(0, 6, m)
    images = prototypes[labels] + 0.3 * rng.randn(m, 16)
    return images.T, labels


def init_params(n_pix=16, n_hidden=9, n_cls=6):
    rng = np.random.RandomState(1)
    params = {}
    params["W1"] = rng.rand(n_hidden, n_pix) - 0.5
    params["b1"] = rng.rand(n_hidden, 1) - 0.5
    params["W2"] = rng.rand(n_cls, n_hidden) - 0.5
    params["b2"] = rng.rand(n_cls, 1) - 0.5
    return params


def ReLU(Z):
    return np.maximum(Z, 0)


def ReLU_deriv(Z):
    return Z > 0


def softmax(Z):
    E = np.exp(Z - Z.max(axis=0))
    return E / E.sum(axis=0)


def one_hot(Y, n_cls=6):
    out = np.zeros((n_cls, Y.size))
    out[Y, np.arange(Y.size)] = 1
    return out


def forward_prop(params, X):
    Z1 = params["W1"].dot(X) + params["b1"]
    A1 = ReLU(Z1)
    Z2 = params["W2"].dot(A1) + params["b2"]
    A2 = softmax(Z2)
    return {"Z1": Z1, "A1": A1, "Z2": Z2, "A2": A2}


def back_prop(params, cache, X, Y):
    m = Y.size
    dZ2 = cache["A2"] - one_hot(Y)
    dW2 = 1 / m * dZ2.dot(cache["A1"].T)
    db2 = 1 / m * np.sum(dZ2, axis=1, keepdims=True)
    dZ1 = params["W2"].T.dot(dZ2) * ReLU_deriv(cache["Z1"])
    dW1 = 1 / m * dZ1.dot(X.T)
    db1 = 1 / m * np.sum(dZ1, axis=1, keepdims=True)
    return {"W1": dW1, "b1": db1, "W2": dW2, "b2": db2}


def update(params, grads, alpha):
    for key in params:
        params[key] = params[key] - alpha * grads[key]
    return params


def accuracy(A2, Y):
    return np.mean(A2.argmax(0) == Y)


def gradient_descent(X, Y, alpha, iterations):
    params = init_params()
    for i in range(iterations):
        cache = forward_prop(params, X)
        grads = back_prop(params, cache, X, Y)
        params = update(params, grads, alpha)
        if i % 20 == 0:
            print("Iteration", i, "accuracy", accuracy(cache["A2"], Y))
    return params


X_train, Y_train = fake_digits(50)
X_train = X_train - X_train.mean(axis=1, keepdims=True)
params = gradient_descent(X_train, Y_train, 0.1, 61)
