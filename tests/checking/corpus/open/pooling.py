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


def max_pool_back(dy, memory):
    x, y, window, stride = memory
    dx = np.zeros_like(x)
    for r in range(dy.shape[1]):
        for c in range(dy.shape[2]):
            top, left = r * stride, c * stride
            part = x[:, top:top + window, left:left + window, :]
            is_max = part == y[:, r:r + 1, c:c + 1, :]
            dx[:, top:top + window, left:left + window, :] += is_max * dy[:, r:r + 1, c:c + 1, :]
    return dx


def avg_pool(x, window=2, stride=2):
    rows, cols = _sizes(x, window, stride)
    n, _, _, channels = x.shape
    y = np.empty((n, rows, cols, channels))
    for r in range(rows):
        for c in range(cols):
            top, left = r * stride, c * stride
            y[:, r, c, :] = x[:, top:top + window, left:left + window, :].mean(axis=(1, 2))
    return y, (x.shape, window, stride)


def avg_pool_back(dy, memory):
    shape, window, stride = memory
    dx = np.zeros(shape)
    share = dy / window ** 2
    for r in range(dy.shape[1]):
        for c in range(dy.shape[2]):
            top, left = r * stride, c * stride
            dx[:, top:top + window, left:left + window, :] += share[:, r, None, c, None, :]
    return dx


def global_avg_pool(x):
    return x.mean(axis=(1, 2)), x.shape


def global_avg_pool_back(dy, shape):
    n, h, w, channels = shape
    return np.broadcast_to(dy[:, None, None, :] / (h * w), shape).copy()
