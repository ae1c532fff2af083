"""XOR as a blog would write it, with a mistake: ``chainrule check examples/xor_script.py``."""

import numpy as np


def sigmoid(x):
    return 1 / (1 + np.exp(-x))


def sigmoid_derivative(s):
    return s * (1 - s)


X = np.array([[0, 0], [0, 1], [1, 0], [1, 1]])
y = np.array([[0], [1], [1], [0]])

np.random.seed(1)
W1 = np.random.normal(size=(2, 3))
b1 = np.zeros((1, 3))
W2 = np.random.normal(size=(3, 1))
b2 = np.zeros((1, 1))
learning_rate = 0.5

for epoch in range(5000):
    hidden = sigmoid(X.dot(W1) + b1)
    output = sigmoid(hidden.dot(W2) + b2)

    error = y - output
    if epoch % 1000 == 0:
        print(epoch, np.mean(error**2))

    d_output = error * sigmoid_derivative(output)
    d_hidden = d_output.dot(W2.T) * sigmoid_derivative(output)

    W2 += learning_rate * hidden.T.dot(d_output)
    b2 += learning_rate * d_output.sum(axis=0, keepdims=True)
    W1 += learning_rate * X.T.dot(d_hidden)
    b1 += learning_rate * d_hidden.sum(axis=0, keepdims=True)

print(output.round(2))
