"""
Three-layer classifier for tiny 'digits'. Every example is a COLUMN of X.
    X : (n_x, m)      Y : (n_y, m) one-hot
"""
import numpy as np


def make_digits(m, n_x, n_y, rng):
    prototypes = rng.normal(size=(n_x, n_y))
    labels = rng.integers(0, n_y, size=m)
    X = prototypes[:, labels] + 0.6 * rng.normal(size=(n_x, m))
    Y = np.zeros((n_y, m))
    Y[labels, np.arange(m)] = 1
    return X, Y, labels


def relu(Z):
    return np.maximum(0, Z)


def softmax(Z):
    e = np.exp(Z - np.max(Z, axis=0, keepdims=True))
    return e / np.sum(e, axis=0, keepdims=True)


def initialize_parameters(layer_dims, rng):
    parameters = {}
    for l in range(1, len(layer_dims)):
        parameters["W" + str(l)] = rng.normal(size=(layer_dims[l], layer_dims[l - 1])) * np.sqrt(2 / layer_dims[l - 1])
        parameters["b" + str(l)] = np.full((layer_dims[l], 1), 0.01)
    return parameters


def forward_propagation(X, parameters):
    Z1 = parameters["W1"] @ X + parameters["b1"]
    A1 = relu(Z1)
    Z2 = parameters["W2"] @ A1 + parameters["b2"]
    A2 = relu(Z2)
    Z3 = parameters["W3"] @ A2 + parameters["b3"]
    A3 = softmax(Z3)
    cache = {"Z1": Z1, "A1": A1, "Z2": Z2, "A2": A2, "Z3": Z3, "A3": A3}
    return A3, cache


def compute_cost(A3, Y, parameters, lambd):
    m = Y.shape[1]
    cross_entropy = -np.sum(Y * np.log(A3 + 1e-12)) / m
    l2 = sum(np.sum(np.square(parameters["W" + str(l)])) for l in (1, 2, 3))
    return cross_entropy + lambd / (2 * m) * l2


def backward_propagation(X, Y, cache, parameters, lambd):
    m = X.shape[1]
    grads = {}

    dZ3 = cache["A3"] - Y
    grads["dW3"] = (dZ3 @ cache["A2"].T + lambd * parameters["W3"]) / m
    grads["db3"] = np.sum(dZ3, axis=1, keepdims=True) / m

    dA2 = parameters["W3"].T @ dZ3
    dZ2 = dA2 * np.int64(cache["A2"] > 0)
    grads["dW2"] = (dZ2 @ cache["A1"].T + lambd * parameters["W2"]) / m
    grads["db2"] = np.sum(dZ2, axis=1, keepdims=True) / m

    dA1 = parameters["W2"].T @ dZ2
    dZ1 = dA1 * np.int64(cache["A1"] > 0)
    grads["dW1"] = (dZ1 @ X.T + lambd * parameters["W1"]) / m
    grads["db1"] = np.sum(dZ1, axis=1, keepdims=True) / m
    return grads


def update_parameters(parameters, grads, learning_rate):
    for l in range(1, 4):
        parameters["W" + str(l)] -= learning_rate * grads["dW" + str(l)]
        parameters["b" + str(l)] -= learning_rate * grads["db" + str(l)]
    return parameters


def model(X, Y, layer_dims, rng, lambd=0.7, learning_rate=0.04, num_epochs=5, batch=15):
    parameters = initialize_parameters(layer_dims, rng)
    m = X.shape[1]
    costs = []
    for epoch in range(num_epochs):
        order = rng.permutation(m)
        X_shuffled, Y_shuffled = X[:, order], Y[:, order]
        for start in range(0, m, batch):
            Xb = X_shuffled[:, start:start + batch]
            Yb = Y_shuffled[:, start:start + batch]
            A3, cache = forward_propagation(Xb, parameters)
            grads = backward_propagation(Xb, Yb, cache, parameters, lambd)
            parameters = update_parameters(parameters, grads, learning_rate)
        A3, _ = forward_propagation(X, parameters)
        costs.append(compute_cost(A3, Y, parameters, lambd))
        print("Cost after epoch %i: %f" % (epoch, costs[-1]))
    return parameters, costs


if __name__ == "__main__":
    rng = np.random.default_rng(5)
    X, Y, labels = make_digits(64, 11, 4, rng)
    parameters, costs = model(X, Y, [11, 9, 7, 4], rng)
    A3, _ = forward_propagation(X, parameters)
    print("accuracy:", np.mean(np.argmax(A3, axis=0) == labels))
