import numpy as np


def get_indices(shape, fh, fw, pad, stride):
    n, c, h, w = shape
    oh = (h + 2 * pad - fh) // stride + 1
    ow = (w + 2 * pad - fw) // stride + 1
    i0 = np.tile(np.repeat(np.arange(fh), fw), c)
    j0 = np.tile(np.arange(fw), fh * c)
    i1 = stride * np.repeat(np.arange(oh), ow)
    j1 = stride * np.tile(np.arange(ow), oh)
    i = i0.reshape(-1, 1) + i1.reshape(1, -1)
    j = j0.reshape(-1, 1) + j1.reshape(1, -1)
    k = np.repeat(np.arange(c), fh * fw).reshape(-1, 1)
    return k, i, j


def im2col(x, fh, fw, pad, stride):
    xp = np.pad(x, ((0, 0), (0, 0), (pad, pad), (pad, pad)))
    k, i, j = get_indices(x.shape, fh, fw, pad, stride)
    cols = xp[:, k, i, j]                      # (n, c*fh*fw, oh*ow)
    return cols.transpose(1, 2, 0).reshape(cols.shape[1], -1)



# x: (n, c, h, w)   w: (f, c, fh, fw)   b: (f,)
def conv_fwd(x, w, b, pad=1, stride=2):
    f, c, fh, fw = w.shape
    n, _, h, wd = x.shape
    oh = (h + 2 * pad - fh) // stride + 1
    ow = (wd + 2 * pad - fw) // stride + 1
    xcol = im2col(x, fh, fw, pad, stride)
    out = w.reshape(f, -1) @ xcol + b.reshape(-1, 1)
    out = out.reshape(f, oh, ow, n).transpose(3, 0, 1, 2)
    return out, (x, w, xcol, pad, stride)



def lrelu_fwd(x, slope=0.1):
    return np.where(x > 0, x, slope * x), (x, slope)



def conv_lrelu_fwd(x, w, b, pad=1, stride=2):
    a, c1 = conv_fwd(x, w, b, pad, stride)
    out, c2 = lrelu_fwd(a)
    return out, (c1, c2)




