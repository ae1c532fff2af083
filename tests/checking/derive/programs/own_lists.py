import numpy as np

class Perceptron:
    def __init__(self, layers):
        self.layers = layers
        self.ws = [np.random.randn(a, b) / np.sqrt(b) for b, a in zip(layers[:-1], layers[1:])]
        self.bs = [0.1 * np.random.randn(n, 1) for n in layers[1:]]

    def cost(self, x, t):
        act = x
        acts = [x]
        nets = []
        for w, b in zip(self.ws, self.bs):
            net = np.dot(w, act) + b
            nets.append(net)
            act = sigma(net)
            acts.append(act)
        return 0.5 * np.sum((acts[-1] - t) ** 2)

def sigma(net):
    return 1.0 / (1.0 + np.exp(-net))

np.random.seed(0)
p = Perceptron([4, 6, 5, 3])
print(p.cost(np.random.randn(4, 1), np.eye(3)[:, 1:2]))
