import numpy as np
from collections import Counter

np.random.seed(9)

corpus = """the king rules the land and the queen rules the land too
the farmer ploughs the field and the miller grinds the corn
the queen and the king eat the bread of the miller"""

tokens = corpus.split()
vocab = sorted(set(tokens))
word2id = {w: i for i, w in enumerate(vocab)}
freq = Counter(tokens)
noise = np.array([freq[w] for w in vocab]) ** 0.75
noise = noise / noise.sum()

EMBED, WINDOW, NEG, LR = 6, 2, 4, 0.05


def sigmoid(x):
    return 1 / (1 + np.exp(-x))


def training_pairs():
    ids = [word2id[w] for w in tokens]
    for pos, center in enumerate(ids):
        for other in range(max(0, pos - WINDOW), min(len(ids), pos + WINDOW + 1)):
            if other != pos:
                yield center, ids[other]


class SkipGram:
    def __init__(self, size, dim):
        self.vectors = (np.random.rand(size, dim) - 0.5) / 2
        self.contexts = (np.random.rand(size, dim) - 0.5) / 2

    def loss_and_grads(self, center, context, negatives):
        """negative sampling loss of one pair: -log s(u.v) - sum log s(-n.v)"""
        v = self.vectors[center]
        u = self.contexts[context]
        n = self.contexts[negatives]          # (NEG, dim), a word may be drawn twice
        pos = sigmoid(np.dot(u, v))
        neg = sigmoid(-np.dot(n, v))
        loss = -np.log(pos) - np.sum(np.log(neg))

        return loss

def similar(model, word):
    unit = model.vectors / np.linalg.norm(model.vectors, axis=1, keepdims=True)
    order = np.argsort(-unit @ unit[word2id[word]])
    return [vocab[i] for i in order[1:4]]


if __name__ == "__main__":
    model = SkipGram(len(vocab), EMBED)
    center, context = next(training_pairs())
    negatives = np.random.choice(len(vocab), NEG, p=noise)
    print(model.loss_and_grads(center, context, negatives))
