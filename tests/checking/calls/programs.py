"""Small programs in many styles, each with a mistake that can be put into it."""

from __future__ import annotations

from typing import NamedTuple


class Sample(NamedTuple):
    """A program that runs nothing itself."""

    name: str
    """Of the group that is expected."""
    inputs: str
    """That have claims, at least."""
    text: str
    right: str
    """What stands in the text, and is replaced by ``wrong``."""
    wrong: str


DENSE = '''
import numpy as np

def affine_forward(x, w, b):
    """x: (N, d_1, ..., d_k), w: (D, M), b: (M,)"""
    return x.reshape(len(x), -1) @ w + b, (x, w, b)

def affine_backward(dout, cache):
    x, w, b = cache
    return (dout @ w.T).reshape(x.shape), x.reshape(len(x), -1).T @ dout, dout.sum(axis=0)
'''

COLUMNS = """
import numpy as np

def linear_forward(A_prev, W, b):
    Z = np.dot(W, A_prev) + b
    return Z, (A_prev, W, b)

def linear_backward(dZ, cache):
    A_prev, W, b = cache
    dW = np.dot(dZ, A_prev.T)
    db = np.sum(dZ, axis=1, keepdims=True)
    dA_prev = np.dot(W.T, dZ)
    assert dW.shape == W.shape
    return dA_prev, dW, db
"""

RECOMPUTED = """
import numpy as np

def tanh_layer(h, W):
    return np.tanh(h @ W)

def tanh_layer_grad(h, W, g):
    s = g * (1 - np.tanh(h @ W) ** 2)
    return s @ W.T, h.T @ s
"""

SLOPE = """
import numpy as np

def softplus(z):
    return np.log(1 + np.exp(z))

def softplus_prime(z):
    return 1 / (1 + np.exp(-z))
"""

SLOPE_OF_OUTPUT = """
import numpy as np

def sigmoid(z):
    return 1 / (1 + np.exp(-z))

def d_sigmoid(s):
    return s * (1 - s)
"""

CONVOLUTION = """
import numpy as np

def conv_fwd(x, w, b, stride=1):
    N, C, H, W = x.shape
    F, _, HH, WW = w.shape
    oh, ow = (H - HH) // stride + 1, (W - WW) // stride + 1
    y = np.zeros((N, F, oh, ow))
    for i in range(oh):
        for j in range(ow):
            part = x[:, :, i * stride:i * stride + HH, j * stride:j * stride + WW]
            y[:, :, i, j] = np.tensordot(part, w, ([1, 2, 3], [1, 2, 3])) + b
    return y, (x, w, b, stride)

def conv_bwd(dy, cache):
    x, w, b, stride = cache
    F, _, HH, WW = w.shape
    dx, dw = np.zeros_like(x), np.zeros_like(w)
    for i in range(dy.shape[2]):
        for j in range(dy.shape[3]):
            rows = slice(i * stride, i * stride + HH)
            cols = slice(j * stride, j * stride + WW)
            dx[:, :, rows, cols] += np.tensordot(dy[:, :, i, j], w, (1, 0))
            dw += np.tensordot(dy[:, :, i, j], x[:, :, rows, cols], (0, 0))
    return dx, dw, dy.sum(axis=(0, 2, 3))
"""

RECURRENT = """
import numpy as np

def rnn_forward(x, h0, Wx, Wh, b):
    N, T, D = x.shape
    h, prev = np.zeros((N, T, h0.shape[1])), h0
    for t in range(T):
        prev = np.tanh(x[:, t] @ Wx + prev @ Wh + b)
        h[:, t] = prev
    return h, (x, h0, Wx, Wh, h)

def rnn_backward(dh, cache):
    x, h0, Wx, Wh, h = cache
    dx, dWx, dWh, db = np.zeros_like(x), np.zeros_like(Wx), np.zeros_like(Wh), np.zeros(Wh.shape[0])
    later = np.zeros_like(h0)
    for t in reversed(range(x.shape[1])):
        d = (dh[:, t] + later) * (1 - h[:, t] ** 2)
        before = h[:, t - 1] if t else h0
        dx[:, t] = d @ Wx.T
        dWx += x[:, t].T @ d
        dWh += before.T @ d
        db += d.sum(axis=0)
        later = d @ Wh.T
    return dx, later, dWx, dWh, db
"""

EMBEDDING = '''
import numpy as np

def embedding_forward(x, W):
    """x: (N, T) of numbers of words, W: (V, D)"""
    return W[x], (x, W)

def embedding_backward(dout, cache):
    x, W = cache
    dW = np.zeros_like(W)
    np.add.at(dW, x, dout)
    return dW
'''

CELL_IN_DICTIONARIES = """
import numpy as np

def cell_forward(xt, a_prev, parameters):
    Wax, Waa, ba = parameters["Wax"], parameters["Waa"], parameters["ba"]
    a_next = np.tanh(np.dot(Waa, a_prev) + np.dot(Wax, xt) + ba)
    return a_next, (a_next, a_prev, xt, parameters)

def cell_backward(da_next, cache):
    a_next, a_prev, xt, parameters = cache
    d = (1 - a_next ** 2) * da_next
    gradients = {"dxt": np.dot(parameters["Wax"].T, d), "da_prev": np.dot(parameters["Waa"].T, d)}
    gradients["dWax"] = np.dot(d, xt.T)
    gradients["dWaa"] = np.dot(d, a_prev.T)
    gradients["dba"] = np.sum(d, axis=1, keepdims=True)
    return gradients
"""

LAYER_CLASS = """
import numpy as np

class Dense:
    def __init__(self, n_in, n_out):
        self.W = np.random.randn(n_in, n_out)
        self.b = np.zeros(n_out)

    def forward(self, x):
        self.x = x
        return x @ self.W + self.b

    def backward(self, grad):
        self.dW = self.x.T @ grad
        self.db = grad.sum(axis=0)
        return grad @ self.W.T
"""

FPROP = """
import numpy as np

class LayerNorm:
    def __init__(self, dim, eps=1e-5):
        self.params = {"gamma": np.ones(dim), "beta": np.zeros(dim)}
        self.grads = {}
        self.eps = eps

    def fprop(self, inp):
        mean = inp.mean(axis=1, keepdims=True)
        self.std = np.sqrt(inp.var(axis=1, keepdims=True) + self.eps)
        self.hat = (inp - mean) / self.std
        return self.params["gamma"] * self.hat + self.params["beta"]

    def bprop(self, up):
        self.grads["gamma"] = (up * self.hat).sum(axis=0)
        self.grads["beta"] = up.sum(axis=0)
        d = up * self.params["gamma"]
        return (d - d.mean(axis=1, keepdims=True) - self.hat * (d * self.hat).mean(axis=1, keepdims=True)) / self.std
"""

CONV_CLASS = """
import numpy as np

class Conv1x1:
    def __init__(self, in_channels, out_channels):
        self.weight = 0.1 * np.random.randn(out_channels, in_channels)
        self.bias = np.zeros(out_channels)

    def __call__(self, x):
        n, c, h, w = x.shape
        self.x = x
        return np.einsum("fc,nchw->nfhw", self.weight, x) + self.bias[:, None, None]

    def gradient(self, dout):
        self.dweight = np.einsum("nfhw,nchw->fc", dout, self.x)
        self.dbias = dout.sum(axis=(0, 2, 3))
        return np.einsum("fc,nfhw->nchw", self.weight, dout)
"""

LOSS = """
import numpy as np

def softmax_loss(x, y):
    p = np.exp(x - x.max(axis=1, keepdims=True))
    p /= p.sum(axis=1, keepdims=True)
    N = len(x)
    loss = -np.log(p[np.arange(N), y]).sum() / N
    dx = p.copy()
    dx[np.arange(N), y] -= 1
    return loss, dx / N
"""

TWO_FUNCTIONS = """
import numpy as np

def mse(y_true, y_pred):
    return np.mean((y_true - y_pred) ** 2)

def mse_prime(y_true, y_pred):
    return 2 * (y_pred - y_true) / y_true.size
"""

LOSS_CLASS = """
import numpy as np

class CrossEntropy:
    def forward(self, pred, target):
        self.p, self.t = np.exp(pred) / np.exp(pred).sum(axis=1, keepdims=True), target
        return -np.sum(target * np.log(self.p)) / len(pred)

    def backward(self):
        return (self.p - self.t) / len(self.t)
"""

NET = """
import numpy as np

class TwoLayerNet(object):
    def __init__(self, input_size, hidden_size, output_size, std=1e-4):
        self.params = {"W1": std * np.random.randn(input_size, hidden_size), "b1": np.zeros(hidden_size)}
        self.params["W2"] = std * np.random.randn(hidden_size, output_size)
        self.params["b2"] = np.zeros(output_size)

    def loss(self, X, y=None, reg=0.0):
        W1, b1, W2, b2 = (self.params[k] for k in ("W1", "b1", "W2", "b2"))
        h = np.maximum(X.dot(W1) + b1, 0)
        s = h.dot(W2) + b2
        if y is None:
            return s
        N = len(X)
        p = np.exp(s) / np.exp(s).sum(axis=1, keepdims=True)
        loss = -np.log(p[range(N), y]).mean() + reg * (np.sum(W1 * W1) + np.sum(W2 * W2))
        p[range(N), y] -= 1
        p /= N
        grads = {"W2": h.T.dot(p) + 2 * reg * W2, "b2": p.sum(axis=0)}
        d = p.dot(W2.T) * (h > 0)
        grads["W1"] = X.T.dot(d) + 2 * reg * W1
        grads["b1"] = d.sum(axis=0)
        return loss, grads
"""

PROPAGATE = """
import numpy as np

def propagate(w, b, X, Y):
    m = X.shape[1]
    A = 1 / (1 + np.exp(-(np.dot(w.T, X) + b)))
    cost = -np.sum(Y * np.log(A) + (1 - Y) * np.log(1 - A)) / m
    return {"dw": np.dot(X, (A - Y).T) / m, "db": np.sum(A - Y) / m}, cost
"""

PACKED = """
import numpy as np

def sigmoid(z):
    return 1 / (1 + np.exp(-z))

def cost(theta, X, y, lam):
    m = len(y)
    h = sigmoid(X @ theta)
    J = -(y @ np.log(h) + (1 - y) @ np.log(1 - h)) / m + lam / (2 * m) * np.sum(theta[1:] ** 2)
    grad = X.T @ (h - y) / m
    grad[1:] += lam / m * theta[1:]
    return J, grad
"""

CHAIN = """
import numpy as np

def initialize_parameters(n_x, n_h, n_y):
    W1, W2 = np.random.randn(n_h, n_x), np.random.randn(n_y, n_h)
    return {"W1": W1, "b1": np.zeros((n_h, 1)), "W2": W2, "b2": np.zeros((n_y, 1))}

def forward_propagation(X, parameters):
    Z1 = np.dot(parameters["W1"], X) + parameters["b1"]
    A1 = np.tanh(Z1)
    A2 = 1 / (1 + np.exp(-np.dot(parameters["W2"], A1) - parameters["b2"]))
    return A2, {"Z1": Z1, "A1": A1, "A2": A2}

def compute_cost(A2, Y):
    m = Y.shape[1]
    return -np.sum(Y * np.log(A2) + (1 - Y) * np.log(1 - A2)) / m

def backward_propagation(parameters, cache, X, Y):
    m = X.shape[1]
    dZ2 = cache["A2"] - Y
    dZ1 = np.dot(parameters["W2"].T, dZ2) * (1 - cache["A1"] ** 2)
    return {
        "dW1": np.dot(dZ1, X.T) / m, "db1": np.sum(dZ1, axis=1, keepdims=True) / m,
        "dW2": np.dot(dZ2, cache["A1"].T) / m, "db2": np.sum(dZ2, axis=1, keepdims=True) / m,
    }
"""

GLOBALS = """
import numpy as np

W1, b1 = np.random.randn(4, 6), np.zeros(6)
W2, b2 = np.random.randn(6, 3), np.zeros(3)

def forward(X):
    global hidden
    hidden = np.tanh(X @ W1 + b1)
    return hidden @ W2 + b2

def cost(out, target):
    return 0.5 * np.sum((out - target) ** 2)

def backward(X, out, target):
    global dW1, db1, dW2, db2
    d = out - target
    dW2, db2 = hidden.T @ d, d.sum(axis=0)
    d = (d @ W2.T) * (1 - hidden ** 2)
    dW1, db1 = X.T @ d, d.sum(axis=0)
"""

STORED = """
import numpy as np

class Network:
    def __init__(self, n_inputs, n_hidden, n_outputs):
        self.weights1 = np.random.randn(n_inputs, n_hidden)
        self.weights2 = np.random.randn(n_hidden, n_outputs)

    def forward(self, X):
        self.X = X
        self.hidden = np.tanh(X @ self.weights1)
        self.output = self.hidden @ self.weights2
        return self.output

    def loss(self, y):
        return np.sum((self.output - y) ** 2) / 2

    def backward(self, y):
        delta = self.output - y
        self.grad_weights2 = self.hidden.T @ delta
        self.grad_weights1 = self.X.T @ (delta @ self.weights2.T * (1 - self.hidden ** 2))
"""

SEQUENTIAL = (
    LAYER_CLASS
    + """

class Tanh:
    def forward(self, x):
        self.y = np.tanh(x)
        return self.y

    def backward(self, grad):
        return grad * (1 - self.y ** 2)


class Sequential:
    def __init__(self, layers):
        self.layers = layers

    def forward(self, x):
        for layer in self.layers:
            x = layer.forward(x)
        return x

    def backward(self, grad):
        for layer in reversed(self.layers):
            grad = layer.backward(grad)
        return grad
"""
)

SAMPLES = (
    Sample("affine_backward", "x w b", DENSE, "dout.sum(axis=0)", "dout.mean(axis=0)"),
    Sample("linear_backward", "A_prev W b", COLUMNS, "np.dot(W.T, dZ)", "np.dot(W.T, dZ * dZ)"),
    Sample("tanh_layer_grad", "h W", RECOMPUTED, "** 2)", ")"),
    Sample("softplus_prime", "z", SLOPE, "np.exp(-z)", "np.exp(z)"),
    Sample("d_sigmoid", "z", SLOPE_OF_OUTPUT, "(1 - s)", "(1 + s)"),
    Sample("conv_bwd", "x w b", CONVOLUTION, "dx[:, :, rows, cols] +=", "dx[:, :, rows, cols] ="),
    Sample("rnn_backward", "x h0 Wx Wh b", RECURRENT, "(dh[:, t] + later)", "dh[:, t]"),
    Sample("embedding_backward", "W", EMBEDDING, "np.add.at(dW, x, dout)", "dW[x] += dout"),
    Sample("cell_backward", "xt a_prev Wax Waa ba", CELL_IN_DICTIONARIES, "(1 - a_next ** 2)", "(1 - a_next)"),
    Sample("Dense.backward", "x W b", LAYER_CLASS, "grad @ self.W.T", "grad @ (self.W.T + 1)"),
    Sample("LayerNorm.bprop", "inp gamma beta", FPROP, 'd = up * self.params["gamma"]', "d = up"),
    Sample("Conv1x1.gradient", "x weight bias", CONV_CLASS, "dout.sum(axis=(0, 2, 3))", "dout[0].sum(axis=(1, 2))"),
    Sample("softmax_loss", "x", LOSS, "dx[np.arange(N), y] -= 1", "dx[:, y] -= 1"),
    Sample("mse_prime", "y_pred", TWO_FUNCTIONS, "(y_pred - y_true)", "(y_pred + y_true)"),
    Sample("CrossEntropy.backward", "pred", LOSS_CLASS, "(self.p - self.t)", "self.p * (1 - self.p)"),
    Sample("TwoLayerNet.loss", "W1 b1 W2 b2", NET, "h.T.dot(p) + 2 * reg * W2", "h.T.dot(p)"),
    Sample("propagate", "w b", PROPAGATE, "np.dot(X, (A - Y).T)", "np.dot(X, (A * A - Y).T)"),
    Sample("cost", "theta", PACKED, "X.T @ (h - y)", "X.T @ (h * h - y)"),
    Sample("backward_propagation", "W1 b1 W2 b2", CHAIN, '(1 - cache["A1"] ** 2)', 'cache["A1"]'),
    Sample("backward", "W1 b1 W2 b2", GLOBALS, "(1 - hidden ** 2)", "(1 - hidden)"),
    Sample("Network.backward", "weights1 weights2", STORED, "(1 - self.hidden ** 2)", "self.hidden"),
    Sample("Sequential.backward", "x W b", SEQUENTIAL, "self.y ** 2", "self.y"),
)  # fmt: skip
