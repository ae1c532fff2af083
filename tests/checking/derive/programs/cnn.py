# my first convolutional network
# 8x8 pictures with a bar: horizontal (0), vertical (1) or diagonal (2)
import numpy as np

np.random.seed(21)

def picture(kind):
    img = np.random.randn(8, 8) * 0.2
    p = np.random.randint(1, 7)
    for q in range(8):
        if kind == 0:
            img[p][q] += 1
        elif kind == 1:
            img[q][p] += 1
        else:
            img[q][(q + p) % 8] += 1
    return img

def conv_forward(img, filters, biases):
    nf, f, f = filters.shape
    size = img.shape[0] - f + 1
    out = np.zeros((nf, size, size))
    for k in range(nf):
        for i in range(size):
            for j in range(size):
                out[k, i, j] = np.sum(img[i:i + f, j:j + f] * filters[k]) + biases[k]
    return out

def pool_forward(a):
    nf, h, w = a.shape
    out = np.zeros((nf, h // 2, w // 2))
    for k in range(nf):
        for i in range(h // 2):
            for j in range(w // 2):
                out[k, i, j] = np.max(a[k, 2 * i:2 * i + 2, 2 * j:2 * j + 2])
    return out

filters = np.random.randn(4, 3, 3) / 3
biases = np.ones(4) * 0.1
W = np.random.randn(3, 36) / 6
b = np.zeros(3)

images = [picture(n % 3) for n in range(15)]
labels = [n % 3 for n in range(15)]
learning_rate = 0.05

for epoch in range(3):
    total, correct = 0, 0
    for img, label in zip(images, labels):
        # forward
        z = conv_forward(img, filters, biases)
        a = z * (z > 0)
        p = pool_forward(a)
        flat = p.reshape(-1)
        scores = W.dot(flat) + b
        e = np.exp(scores - np.max(scores))
        probs = e / np.sum(e)
        loss = -np.log(probs[label])
        correct += np.argmax(probs) == label

