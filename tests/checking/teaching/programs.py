"""Small right programs in several styles; the tests plant mistakes in them."""

COURSE = """
import numpy as np
import matplotlib.pyplot as plt


class TwoLayerNet(object):
    def __init__(self, input_size, hidden_size, output_size, std=0.1):
        self.params = {}
        self.params['W1'] = std * np.random.randn(input_size, hidden_size)
        self.params['b1'] = np.zeros(hidden_size)
        self.params['W2'] = std * np.random.randn(hidden_size, output_size)
        self.params['b2'] = np.zeros(output_size)

    def loss(self, X, y=None, reg=0.0):
        W1, b1 = self.params['W1'], self.params['b1']
        W2, b2 = self.params['W2'], self.params['b2']
        N = X.shape[0]
        hidden = np.maximum(0, X.dot(W1) + b1)
        scores = hidden.dot(W2) + b2
        if y is None:
            return scores
        shifted = scores - scores.max(axis=1, keepdims=True)
        log_probs = shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True))
        loss = -log_probs[np.arange(N), y].mean() + reg * (np.sum(W1 * W1) + np.sum(W2 * W2))
        dscores = np.exp(log_probs)
        dscores[np.arange(N), y] -= 1
        dscores /= N
        dhidden = dscores.dot(W2.T)
        dhidden[hidden <= 0] = 0
        grads = {'W1': X.T.dot(dhidden) + 2 * reg * W1, 'b1': dhidden.sum(axis=0)}
        grads['W2'] = hidden.T.dot(dscores) + 2 * reg * W2
        grads['b2'] = dscores.sum(axis=0)
        return loss, grads

    def train(self, X, y, X_val, y_val, learning_rate=0.1, learning_rate_decay=0.95,
              reg=1e-5, num_iters=100, batch_size=20, verbose=False):
        num_train = X.shape[0]
        iterations_per_epoch = max(num_train // batch_size, 1)
        history = []
        for it in range(num_iters):
            indices = np.random.choice(num_train, batch_size)
            X_batch = X[indices]
            y_batch = y[indices]
            loss, grads = self.loss(X_batch, y_batch, reg)
            history.append(loss)
            for name in self.params:
                self.params[name] -= learning_rate * grads[name]
            if verbose and it % 10 == 0:
                print('iteration', it, loss)
            if it % iterations_per_epoch == 0:
                history.append((self.predict(X_val) == y_val).mean())
                learning_rate *= learning_rate_decay
        plt.plot(history)
        return history

    def predict(self, X):
        return np.argmax(self.loss(X), axis=1)
"""
"""A class as in the course: dictionaries, a train method with a decay once an epoch."""

EPOCHS = """
import numpy as np


def softmax(z):
    e = np.exp(z - z.max(axis=1, keepdims=True))
    return e / e.sum(axis=1, keepdims=True)


class MLP:
    def __init__(self, n_in, n_hidden, n_out):
        self.W1 = np.random.randn(n_in, n_hidden) * np.sqrt(2 / n_in)
        self.b1 = np.zeros((1, n_hidden))
        self.W2 = np.random.randn(n_hidden, n_out) * np.sqrt(2 / n_hidden)
        self.b2 = np.zeros((1, n_out))
        self.velocity = {}

    def forward(self, X):
        self.h = np.tanh(X @ self.W1 + self.b1)
        self.p = softmax(self.h @ self.W2 + self.b2)
        return self.p

    def compute_loss(self, p, Y):
        return -np.sum(Y * np.log(p)) / len(Y)

    def backward(self, X, Y):
        d = (self.p - Y) / len(Y)
        dh = (d @ self.W2.T) * (1 - self.h ** 2)
        return {'W1': X.T @ dh, 'b1': dh.sum(axis=0, keepdims=True),
                'W2': self.h.T @ d, 'b2': d.sum(axis=0, keepdims=True)}

    def fit(self, X, Y, epochs=10, batch_size=16, lr=0.1, momentum=0.9):
        velocity = {name: np.zeros_like(getattr(self, name)) for name in ('W1', 'b1', 'W2', 'b2')}
        for epoch in range(epochs):
            order = np.random.permutation(len(X))
            X, Y = X[order], Y[order]
            for start in range(0, len(X), batch_size):
                Xb, Yb = X[start:start + batch_size], Y[start:start + batch_size]
                p = self.forward(Xb)
                grads = self.backward(Xb, Yb)
                for name in velocity:
                    step = momentum * velocity[name] - lr * grads[name]
                    velocity[name] = step
                    setattr(self, name, getattr(self, name) + step)
            print('epoch', epoch, self.compute_loss(p, Yb))

    def predict(self, X):
        scores = self.forward(X)
        return scores.argmax(1)
"""
"""Attributes, one-hot labels, epochs over a shuffled copy, momentum."""

COLUMNS = """
import numpy as np


def initialize_parameters(n_x, n_h, n_y):
    return {"W1": np.random.randn(n_h, n_x) * 0.1, "b1": np.zeros((n_h, 1)),
            "W2": np.random.randn(n_y, n_h) * 0.1, "b2": np.zeros((n_y, 1))}


def forward_propagation(X, parameters):
    Z1 = parameters["W1"] @ X + parameters["b1"]
    A1 = np.tanh(Z1)
    Z2 = parameters["W2"] @ A1 + parameters["b2"]
    Z2 = Z2 - Z2.max(axis=0, keepdims=True)
    A2 = np.exp(Z2) / np.exp(Z2).sum(axis=0, keepdims=True)
    return A2, {"A1": A1, "A2": A2}


def compute_cost(A2, Y):
    return -np.sum(Y * np.log(A2)) / Y.shape[1]


def backward_propagation(parameters, cache, X, Y):
    m = X.shape[1]
    dZ2 = (cache["A2"] - Y) / m
    dZ1 = parameters["W2"].T @ dZ2 * (1 - cache["A1"] ** 2)
    return {"dW1": dZ1 @ X.T, "db1": dZ1.sum(axis=1, keepdims=True),
            "dW2": dZ2 @ cache["A1"].T, "db2": dZ2.sum(axis=1, keepdims=True)}


def update_parameters(parameters, grads, learning_rate=0.5):
    for name in parameters:
        parameters[name] = parameters[name] - learning_rate * grads["d" + name]
    return parameters


def nn_model(X, Y, n_h, num_iterations=1000, print_cost=False):
    parameters = initialize_parameters(X.shape[0], n_h, Y.shape[0])
    for i in range(num_iterations):
        A2, cache = forward_propagation(X, parameters)
        cost = compute_cost(A2, Y)
        grads = backward_propagation(parameters, cache, X, Y)
        parameters = update_parameters(parameters, grads)
        if print_cost and i % 100 == 0:
            print(i, cost)
    return parameters


def predict(parameters, X):
    A2, cache = forward_propagation(X, parameters)
    return np.argmax(A2, axis=0)
"""
"""Functions with dictionaries, an example a column, the whole batch in every step."""

ADAM = """
import numpy as np


class Net:
    def __init__(self, input_dim, hidden_dim, num_classes):
        self.params = {'W1': np.random.randn(input_dim, hidden_dim) * 0.1, 'b1': np.zeros(hidden_dim),
                       'W2': np.random.randn(hidden_dim, num_classes) * 0.1, 'b2': np.zeros(num_classes)}

    def loss(self, X, y, reg):
        p = self.params
        h = np.maximum(X @ p['W1'] + p['b1'], 0)
        s = h @ p['W2'] + p['b2']
        s -= s.max(1, keepdims=True)
        q = np.exp(s) / np.exp(s).sum(1, keepdims=True)
        n = len(y)
        loss = -np.log(q[range(n), y]).mean() + reg / 2 * ((p['W1'] ** 2).sum() + (p['W2'] ** 2).sum())
        q[range(n), y] -= 1
        q /= n
        dh = q @ p['W2'].T * (h > 0)
        return loss, {'W1': X.T @ dh + reg * p['W1'], 'b1': dh.sum(0), 'W2': h.T @ q + reg * p['W2'], 'b2': q.sum(0)}

    def fit(self, X_train, y_train, epochs=5, batch_size=32, lr=1e-2, reg=0.0, beta1=0.9, beta2=0.999):
        m = {k: 0 * v for k, v in self.params.items()}
        v = {k: 0 * w for k, w in self.params.items()}
        t = 0
        for epoch in range(epochs):
            idx = np.arange(len(X_train))
            np.random.shuffle(idx)
            for i in range(0, len(X_train), batch_size):
                rows = idx[i:i + batch_size]
                loss, grads = self.loss(X_train[rows], y_train[rows], reg)
                t += 1
                for k in grads:
                    m[k] = beta1 * m[k] + (1 - beta1) * grads[k]
                    v[k] = beta2 * v[k] + (1 - beta2) * grads[k] ** 2
                    mhat = m[k] / (1 - beta1 ** t)
                    vhat = v[k] / (1 - beta2 ** t)
                    self.params[k] -= lr * mhat / (np.sqrt(vhat) + 1e-8)
"""
"""Adam, a counter of its own, rows by a shuffled index."""

FUNCTION = """
import numpy as np


def init(D, H, C):
    return np.random.randn(D, H) * 0.1, np.zeros(H), np.random.randn(H, C) * 0.1, np.zeros(C)


def loss_and_grads(W1, b1, W2, b2, X, y):
    N = len(X)
    h = np.maximum(0, X.dot(W1) + b1)
    s = h.dot(W2) + b2
    s = s - np.max(s, axis=1, keepdims=True)
    p = np.exp(s) / np.sum(np.exp(s), axis=1, keepdims=True)
    loss = -np.sum(np.log(p[np.arange(N), y])) / N
    ds = p.copy()
    ds[np.arange(N), y] -= 1
    ds /= N
    dh = ds.dot(W2.T)
    dh[h <= 0] = 0
    return loss, X.T.dot(dh), dh.sum(axis=0), h.T.dot(ds), ds.sum(axis=0)


def train(X, y, hidden_size=7, num_classes=3, learning_rate=0.1, num_iters=200, batch_size=10):
    W1, b1, W2, b2 = init(X.shape[1], hidden_size, num_classes)
    for it in range(num_iters):
        rows = np.random.randint(0, X.shape[0], batch_size)
        loss, dW1, db1, dW2, db2 = loss_and_grads(W1, b1, W2, b2, X[rows], y[rows])
        W1 -= learning_rate * dW1
        b1 -= learning_rate * db1
        W2 -= learning_rate * dW2
        b2 -= learning_rate * db2
    return W1, b1, W2, b2
"""
"""Plain functions, parameters one by one."""

INLINE = """
import numpy as np

class MLP:
    def __init__(self, input_dim, hidden_dim, output_dim, learning_rate=0.01):
        self.lr = learning_rate
        self.W1 = np.random.randn(input_dim, hidden_dim) * 0.1
        self.b1 = np.zeros((1, hidden_dim))
        self.W2 = np.random.randn(hidden_dim, output_dim) * 0.1
        self.b2 = np.zeros((1, output_dim))

    def fit(self, X, y, epochs=10, batch_size=16):
        for epoch in range(epochs):
            perm = np.random.permutation(len(X))
            for i in range(0, len(X), batch_size):
                idx = perm[i:i + batch_size]
                X_batch = X[idx]
                y_batch = y[idx]
                h = np.tanh(X_batch @ self.W1 + self.b1)
                s = h @ self.W2 + self.b2
                e = np.exp(s - s.max(axis=1, keepdims=True))
                p = e / e.sum(axis=1, keepdims=True)
                loss = -np.mean(np.log(p[np.arange(len(y_batch)), y_batch]))
                d = p.copy()
                d[np.arange(len(y_batch)), y_batch] -= 1
                d /= len(y_batch)
                dW2 = h.T @ d
                db2 = d.sum(axis=0, keepdims=True)
                dh = d @ self.W2.T * (1 - h ** 2)
                dW1 = X_batch.T @ dh
                db1 = dh.sum(axis=0, keepdims=True)
                self.W1 -= self.lr * dW1
                self.b1 -= self.lr * db1
                self.W2 -= self.lr * dW2
                self.b2 -= self.lr * db2
"""
"""Forward, backward and update in one loop."""

RIGHT = {"course": COURSE, "epochs": EPOCHS, "columns": COLUMNS, "adam": ADAM, "function": FUNCTION}
