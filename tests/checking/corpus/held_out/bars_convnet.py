# Horizontal or vertical or diagonal bar? Convolution written with loops, no im2col.
import numpy as np

np.random.seed(21)

HEIGHT, WIDTH = 8, 8
NF, K = 3, 3          # filters, size of a filter


def make_picture(kind):
    img = 0.3 * np.random.randn(HEIGHT, WIDTH)
    where = np.random.randint(1, 7)
    if kind == 0:
        img[where, :] += 1.5
    elif kind == 1:
        img[:, where] += 1.5
    else:
        img[np.arange(8), np.arange(8)] += 1.5
    return img


class Convolution:
    def __init__(self):
        self.filters = np.random.randn(NF, K, K) / K
        self.bias = 0.1 * np.random.randn(NF)

    def forward(self, img):
        self.img = img
        rows, cols = img.shape[0] - K + 1, img.shape[1] - K + 1
        out = np.zeros((NF, rows, cols))
        for f in range(NF):
            for i in range(rows):
                for j in range(cols):
                    out[f, i, j] = np.sum(img[i:i + K, j:j + K] * self.filters[f]) + self.bias[f]
        self.out = np.maximum(out, 0)
        return self.out

    def backward(self, d_out, lr):
        d_out = d_out * (self.out > 0)
        d_filters = np.zeros(self.filters.shape)
        d_bias = np.zeros(NF)
        for f in range(NF):
            for i in range(d_out.shape[1]):
                for j in range(d_out.shape[2]):
                    d_filters[f] += d_out[f, i, j] * self.img[i:i + K, j:j + K]
            d_bias[f] = d_out[f].sum()
        self.filters -= lr * d_filters
        self.bias -= lr * d_bias


class MaxPool:
    def forward(self, inp):
        self.inp = inp
        n, h, w = inp.shape
        out = np.zeros((n, h // 2, w // 2))
        for i in range(h // 2):
            for j in range(w // 2):
                out[:, i, j] = np.max(inp[:, 2 * i:2 * i + 2, 2 * j:2 * j + 2], axis=(1, 2))
        return out

    def backward(self, d_out):
        d_inp = np.zeros(self.inp.shape)
        n, h, w = d_out.shape
        for f in range(n):
            for i in range(h):
                for j in range(w):
                    region = self.inp[f, 2 * i:2 * i + 2, 2 * j:2 * j + 2]
                    a, b = np.unravel_index(np.argmax(region), region.shape)
                    d_inp[f, 2 * i + a, 2 * j + b] = d_out[f, i, j]
        return d_inp


class Softmax:
    def __init__(self, n_in, n_classes):
        self.w = np.random.randn(n_in, n_classes) / np.sqrt(n_in)
        self.b = np.zeros(n_classes)

    def forward(self, inp):
        self.shape = inp.shape
        self.flat = inp.flatten()
        e = np.exp(self.flat @ self.w + self.b)
        self.p = e / np.sum(e)
        return self.p

    def backward(self, label, lr):
        d_t = self.p.copy()
        d_t[label] -= 1
        d_w = np.outer(self.flat, d_t)
        d_flat = self.w @ d_t
        self.w -= lr * d_w
        self.b -= lr * d_t
        return d_flat.reshape(self.shape)


conv, pool, soft = Convolution(), MaxPool(), Softmax(NF * 3 * 3, 3)
labels = np.random.randint(0, 3, 24)
pictures = [make_picture(k) for k in labels]

losses = []
for epoch in range(3):
    loss, right = 0, 0
    for img, label in zip(pictures, labels):
        p = soft.forward(pool.forward(conv.forward(img)))
        loss += -np.log(p[label])
        right += int(np.argmax(p) == label)
        conv.backward(pool.backward(soft.backward(label, 0.05)), 0.05)
    losses.append(loss / len(labels))
    print("epoch", epoch, "loss", losses[-1], "right", right, "of", len(labels))
