"""Convolution and pooling as matrix products (im2col). Images are (N, C, H, W)."""
import numpy as np


def out_size(size, k, stride, pad):
    return (size + 2 * pad - k) // stride + 1


def im2col(x, kh, kw, stride, pad):
    N, C, H, W = x.shape
    oh, ow = out_size(H, kh, stride, pad), out_size(W, kw, stride, pad)
    img = np.pad(x, [(0, 0), (0, 0), (pad, pad), (pad, pad)])
    col = np.empty((N, C, kh, kw, oh, ow), dtype=x.dtype)
    for i in range(kh):
        i_end = i + stride * oh
        for j in range(kw):
            j_end = j + stride * ow
            col[:, :, i, j, :, :] = img[:, :, i:i_end:stride, j:j_end:stride]
    return col.transpose(0, 4, 5, 1, 2, 3).reshape(N * oh * ow, C * kh * kw)


def col2im(col, shape, kh, kw, stride, pad):
    N, C, H, W = shape
    oh, ow = out_size(H, kh, stride, pad), out_size(W, kw, stride, pad)
    col = col.reshape(N, oh, ow, C, kh, kw).transpose(0, 3, 4, 5, 1, 2)
    img = np.zeros((N, C, H + 2 * pad + stride - 1, W + 2 * pad + stride - 1))
    for i in range(kh):
        i_end = i + stride * oh
        for j in range(kw):
            j_end = j + stride * ow
            img[:, :, i:i_end:stride, j:j_end:stride] += col[:, :, i, j, :, :]
    return img[:, :, pad:H + pad, pad:W + pad]


def conv_fwd(x, w, b, stride=1, pad=0):
    N, C, H, W = x.shape
    F, _, kh, kw = w.shape
    col = im2col(x, kh, kw, stride, pad)
    out = col @ w.reshape(F, -1).T + b
    out = out.reshape(N, out_size(H, kh, stride, pad), out_size(W, kw, stride, pad), F).transpose(0, 3, 1, 2)
    return out, (x.shape, w, col, stride, pad)


def conv_bwd(dout, cache):
    x_shape, w, col, stride, pad = cache
    F, C, kh, kw = w.shape
    dmat = dout.transpose(0, 2, 3, 1).reshape(-1, F)
    db = np.sum(dmat, axis=0)
    dw = (dmat.T @ col).reshape(w.shape)
    dcol = dmat @ w.reshape(F, -1)
    dx = col2im(dcol, x_shape, kh, kw, stride, pad)
    return dx, dw, db


def pool_fwd(x, k, stride):
    N, C, H, W = x.shape
    oh, ow = out_size(H, k, stride, 0), out_size(W, k, stride, 0)
    col = im2col(x.reshape(N * C, 1, H, W), k, k, stride, 0)
    best = col.argmax(axis=1)
    out = col[np.arange(len(col)), best].reshape(N, C, oh, ow)
    return out, (x.shape, col.shape, best, k, stride)


def pool_bwd(dout, cache):
    (N, C, H, W), col_shape, best, k, stride = cache
    dcol = np.zeros(col_shape)
    dcol[np.arange(len(best)), best] = dout.ravel()
    return col2im(dcol, (N * C, 1, H, W), k, k, stride, 0).reshape(N, C, H, W)


def elu_fwd(x, alpha=1.0):
    neg = alpha * (np.exp(np.minimum(x, 0)) - 1)
    out = np.where(x > 0, x, neg)
    return out, (out, alpha)


def elu_bwd(dout, cache):
    out, alpha = cache
    return dout * np.where(out > 0, 1, out + alpha)


def conv_elu_pool_fwd(x, w, b, conv, pool):
    a, conv_cache = conv_fwd(x, w, b, **conv)
    s, elu_cache = elu_fwd(a, 0.7)
    out, pool_cache = pool_fwd(s, **pool)
    return out, (conv_cache, elu_cache, pool_cache)


def conv_elu_pool_bwd(dout, cache):
    conv_cache, elu_cache, pool_cache = cache
    ds = pool_bwd(dout, pool_cache)
    da = elu_bwd(ds, elu_cache)
    return conv_bwd(da, conv_cache)
