"""Pieces of a pre-norm feed-forward block: layer norm, group norm, GELU, dropout mask, the block itself.

All forward functions give (output, memory), all backward functions take (gradient, memory).
The last axis holds the features, every axis before it is an example.
"""
from collections import namedtuple
import math

import numpy as np

NormMemory = namedtuple("NormMemory", "normed inv_std gain")
GroupMemory = namedtuple("GroupMemory", "normed inv_std gain shape groups")

_C = math.sqrt(2.0 / math.pi)


def layernorm(x, gain, shift, eps=1e-5):
    centred = x - x.mean(-1, keepdims=True)
    inv_std = 1.0 / np.sqrt((centred ** 2).mean(-1, keepdims=True) + eps)
    normed = centred * inv_std
    return gain * normed + shift, NormMemory(normed, inv_std, gain)


def layernorm_back(dy, mem):
    lead = tuple(range(dy.ndim - 1))
    dgain = np.sum(dy * mem.normed, axis=lead)
    dshift = np.sum(dy, axis=lead)
    width = dy.shape[-1]
    dn = dy * mem.gain
    total = dn.sum(-1, keepdims=True)
    along = (dn * mem.normed).sum(-1, keepdims=True)
    dx = mem.inv_std / width * (width * dn - total - mem.normed * along)
    return dx, dgain, dshift


def groupnorm(x, gain, shift, groups, eps=1e-5):
    """x is (batch, features); the features are normalised in groups of equal size"""
    n, width = x.shape
    g = x.reshape(n, groups, width // groups)
    mu = g.mean(axis=2, keepdims=True)
    var = ((g - mu) ** 2).mean(axis=2, keepdims=True)
    inv_std = (var + eps) ** -0.5
    normed = ((g - mu) * inv_std).reshape(n, width)
    return normed * gain + shift, GroupMemory(normed, inv_std, gain, g.shape, groups)


def groupnorm_back(dy, mem):
    dgain = np.einsum("nf,nf->f", dy, mem.normed)
    dshift = dy.sum(axis=0)
    dn = (dy * mem.gain).reshape(mem.shape)
    nrm = mem.normed.reshape(mem.shape)
    dvar_part = nrm * np.mean(dn * nrm, axis=2, keepdims=True)
    dg = mem.inv_std * (dn - np.mean(dn, axis=2, keepdims=True) - dvar_part)
    return dg.reshape(dy.shape), dgain, dshift


def gelu(x):
    inner = _C * (x + 0.044715 * x ** 3)
    t = np.tanh(inner)
    return 0.5 * x * (1.0 + t), (x, t)


def gelu_back(dy, mem):
    x, t = mem
    d_inner = _C * (1.0 + 3 * 0.044715 * x ** 2)
    return dy * (0.5 * (1.0 + t) + 0.5 * x * (1.0 - t * t) * d_inner)


def affine(x, w, b):
    return x @ w + b, (x, w)


def affine_back(dy, mem):
    x, w = mem
    flat_x = x.reshape(-1, x.shape[-1])
    flat_dy = dy.reshape(-1, dy.shape[-1])
    return dy @ w.T, flat_x.T @ flat_dy, flat_dy.sum(axis=0)


def block(x, p, keep=None):
    """x + W2 gelu(W1 layernorm(x)); keep: a 0/1 mask for the hidden units, or nothing"""
    n, m_norm = layernorm(x, p["gain"], p["shift"])
    h, m_in = affine(n, p["w1"], p["b1"])
    a, m_act = gelu(h)
    scale = 1.0
    if keep is not None:
        scale = keep / keep.mean()
        a = a * scale
    o, m_out = affine(a, p["w2"], p["b2"])
    return x + o, (m_norm, m_in, m_act, scale, m_out)


def block_back(dy, mem):
    m_norm, m_in, m_act, scale, m_out = mem
    g = {}
    da, g["w2"], g["b2"] = affine_back(dy, m_out)
    dh = gelu_back(da * scale, m_act)
    dn, g["w1"], g["b1"] = affine_back(dh, m_in)
    dx, g["gain"], g["shift"] = layernorm_back(dn, m_norm)
    return dx + dy, g
