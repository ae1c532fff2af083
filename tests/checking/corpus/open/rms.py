#!/usr/bin/env python
# classify points on three spiral arms, 2-layer net, RMSProp
from __future__ import print_function
import numpy as np

N = 12  # points per arm
D = 2
K = 3
h = 10
np.random.seed(0)
X = np.zeros((N * K, D))
y = np.zeros(N * K, dtype='uint8')
for j in range(K):
    ix = range(N * j, N * (j + 1))
    r = np.linspace(0.1, 1, N)
    t = np.linspace(j * 4, (j + 1) * 4, N) + np.random.randn(N) * 0.2
    X[ix] = np.c_[r * np.sin(t), r * np.cos(t)]
    y[ix] = j

W = 0.5 * np.random.randn(D, h)
b = 0.1 * np.random.randn(1, h)
W2 = 0.5 * np.random.randn(h, K)
b2 = np.zeros((1, K))

model = [W, b, W2, b2]
cache = [np.zeros_like(p) for p in model]
step_size = 1e-2
decay_rate = 0.9
eps = 1e-6
reg = 1e-3


def forward_backward():
    num_examples = X.shape[0]
    hidden_layer = np.maximum(0, np.dot(X, W) + b)
    scores = np.dot(hidden_layer, W2) + b2
    exp_scores = np.exp(scores)
    probs = exp_scores / np.sum(exp_scores, axis=1, keepdims=True)
    correct_logprobs = -np.log(probs[range(num_examples), y])
    data_loss = np.sum(correct_logprobs) / num_examples
    reg_loss = 0.5 * reg * np.sum(W * W) + 0.5 * reg * np.sum(W2 * W2)
    loss = data_loss + reg_loss

    dscores = probs
    dscores[range(num_examples), y] -= 1
    dscores /= num_examples

    dW2 = np.dot(hidden_layer.T, dscores)
    db2 = np.sum(dscores, axis=0, keepdims=True)
    dhidden = np.dot(dscores, W2.T)
    dhidden[hidden_layer <= 0] = 0
    dW = np.dot(X.T, dhidden)
    db = np.sum(dhidden, axis=0, keepdims=True)

    dW2 += reg * W2
    dW += reg * W
    return loss, [dW, db, dW2, db2]


losses = []
for i in range(60):
    loss, grads = forward_backward()
    losses.append(loss)
    if i % 20 == 0:
        print("iteration %d: loss %f" % (i, loss))
    for p, g, c in zip(model, grads, cache):
        c *= decay_rate
        c += (1 - decay_rate) * g ** 2
        p -= step_size * g / (np.sqrt(c) + eps)

hidden_layer = np.maximum(0, np.dot(X, W) + b)
scores = np.dot(hidden_layer, W2) + b2
predicted_class = np.argmax(scores, axis=1)
print('training accuracy: %.2f' % (np.mean(predicted_class == y)))
