"""Many-to-one recurrent network: is a short sentence positive or negative?"""

import numpy as np

GOOD = ["good", "happy", "great", "fine"]
BAD = ["bad", "sad", "awful"]
FILL = ["i", "am", "this", "is", "very", "not", "today"]


class RNN:
    def __init__(self, input_size, output_size, hidden_size=6, seed=0):
        rng = np.random.RandomState(seed)
        self.U = rng.randn(hidden_size, input_size) / 4
        self.W = rng.randn(hidden_size, hidden_size) / 4
        self.V = rng.randn(output_size, hidden_size) / 4
        self.bh = rng.randn(hidden_size, 1) / 10
        self.by = rng.randn(output_size, 1) / 10

    def forward(self, inputs):
        h = np.zeros((self.W.shape[0], 1))
        self.last_inputs = inputs
        self.last_hs = {0: h}
        for i, x in enumerate(inputs):
            h = np.tanh(self.U @ x + self.W @ h + self.bh)
            self.last_hs[i + 1] = h
        y = self.V @ h + self.by
        return y, h

    def backprop(self, d_y, learn_rate=2e-2):
        """d_y is dL/dy, a column"""
        n = len(self.last_inputs)

        d_V = d_y @ self.last_hs[n].T
        d_by = d_y

        d_U = np.zeros(self.U.shape)
        d_W = np.zeros(self.W.shape)
        d_bh = np.zeros(self.bh.shape)

        # dL/dh of the last step
        d_h = self.V.T @ d_y
        for t in reversed(range(n)):
            # dL/dh * (1 - h^2)
            temp = (1 - self.last_hs[t + 1] ** 2) * d_h
            d_bh += temp
            d_W += temp @ self.last_hs[t].T
            d_U += temp @ self.last_inputs[t].T
            d_h = self.W.T @ temp

        for d in [d_U, d_W, d_V, d_bh, d_by]:
            np.clip(d, -1, 1, out=d)

        self.U -= learn_rate * d_U
        self.W -= learn_rate * d_W
        self.V -= learn_rate * d_V
        self.bh -= learn_rate * d_bh
        self.by -= learn_rate * d_by


def softmax(xs):
    return np.exp(xs) / sum(np.exp(xs))


def sentences(count, rng):
    data = []
    for _ in range(count):
        label = rng.randint(2)
        words = [FILL[rng.randint(len(FILL))] for _ in range(rng.randint(2, 6))]
        mood = GOOD if label else BAD
        words.insert(rng.randint(len(words)), mood[rng.randint(len(mood))])
        data.append((words, label))
    return data


def one_hots(words, index):
    out = []
    for w in words:
        v = np.zeros((len(index), 1))
        v[index[w]] = 1
        out.append(v)
    return out


def process(data, net, index, backprop=True):
    loss, right = 0, 0
    for words, target in data:
        out, _ = net.forward(one_hots(words, index))
        probs = softmax(out)
        loss -= float(np.log(probs[target, 0]))
        right += int(np.argmax(probs) == target)
        if backprop:
            d_L_d_y = probs
            d_L_d_y[target] -= 1
            net.backprop(d_L_d_y)
    return loss / len(data), right / len(data)


if __name__ == "__main__":
    vocabulary = GOOD + BAD + FILL
    index = {w: i for i, w in enumerate(vocabulary)}
    data = sentences(20, np.random.RandomState(4))
    net = RNN(len(vocabulary), 2)
    for epoch in range(15):
        train_loss, train_acc = process(data, net, index)
    print("loss %.3f accuracy %.2f" % (train_loss, train_acc))
