"""pooling.py -- max and average pooling for NHWC arrays, any window and stride (windows may overlap).

part of a small set of layers; forward functions give (output, memory), backward functions take (gradient, memory)
"""
import numpy as np


def _sizes(x, window, stride):
    rows = (x.shape[1] - window) // stride + 1
    cols = (x.shape[2] - window) // stride + 1
    return rows, cols


def max_pool(x, window=2, stride=2):
    rows, cols = _sizes(x, window, stride)
    n, _, _, channels = x.shape
    y = np.empty((n, rows, cols, channels))
    for r in range(rows):
        for c in range(cols):
            top, left = r * stride, c * stride
            y[:, r, c, :] = x[:, top:top + window, left:left + window, :].max(axis=(1, 2))
    return y, (x, y, window, stride)



def avg_pool(x, window=2, stride=2):
    rows, cols = _sizes(x, window, stride)
    n, _, _, channels = x.shape
    y = np.empty((n, rows, cols, channels))
    for r in range(rows):
        for c in range(cols):
            top, left = r * stride, c * stride
            y[:, r, c, :] = x[:, top:top + window, left:left + window, :].mean(axis=(1, 2))
    return y, (x.shape, window, stride)



def global_avg_pool(x):
    return x.mean(axis=(1, 2)), x.shape




rng = np.random.default_rng(3)
x = rng.normal(size=(2, 6, 6, 3)); W = rng.normal(size=(3, 3)); target = rng.normal(size=(2, 3, 3, 3))
h = x @ W
out, memory = max_pool(h)
loss = np.sum((out - target) ** 2)
