# word vectors, skip-gram with negative sampling
import numpy as np

corpus = """the king rules the land . the queen rules the land . the farmer ploughs the field .
the farmer feeds the horse . the king rides the horse . the queen rides the horse .
the dog guards the field . the dog guards the farmer .""".split()

words = sorted(set(corpus))
w2i = dict((w, i) for i, w in enumerate(words))
counts = np.array([corpus.count(w) for w in words], dtype=float)
noise = counts ** 0.75
noise = noise / noise.sum()

DIM = 5
WINDOW = 2
NEG = 4


def sigmoid(x):
    return 1 / (1 + np.exp(-x))


def skipgram_loss(centre, context, negatives, Vin, Vout):
    """ loss of one pair and gradients wrt the vectors that appear in it """
    v = Vin[centre]
    u = Vout[context]
    U_neg = Vout[negatives]
    s_pos = sigmoid(u @ v)
    s_neg = sigmoid(U_neg @ v)
    loss = -np.log(s_pos) - np.sum(np.log(1 - s_neg))

    d_v = (s_pos - 1) * u + s_neg @ U_neg
    d_u = (s_pos - 1) * v
    d_neg = np.outer(s_neg, v)
    return loss, d_v, d_u, d_neg


def pairs(tokens, window):
    for i in range(len(tokens)):
        for j in range(max(0, i - window), min(len(tokens), i + window + 1)):
            if j != i:
                yield w2i[tokens[i]], w2i[tokens[j]]


def train(epochs, lr0, batch=16, seed=4):
    rng = np.random.RandomState(seed)
    Vin = rng.uniform(-0.5, 0.5, (len(words), DIM))
    Vout = rng.uniform(-0.5, 0.5, (len(words), DIM))
    examples = list(pairs(corpus, WINDOW))
    steps = epochs * (len(examples) // batch)
    done = 0
    track = []
    for e in range(epochs):
        rng.shuffle(examples)
        for k in range(0, len(examples) - batch + 1, batch):
            g_in = np.zeros_like(Vin)
            g_out = np.zeros_like(Vout)
            cost = 0.0
            for centre, context in examples[k:k + batch]:
                negatives = rng.choice(len(words), size=NEG, p=noise)
                loss, d_v, d_u, d_neg = skipgram_loss(centre, context, negatives, Vin, Vout)
                cost += loss
                g_in[centre] += d_v
                g_out[context] += d_u
                np.add.at(g_out, negatives, d_neg)
            lr = lr0 * (1 - done / steps)
            Vin -= lr * g_in / batch
            Vout -= lr * g_out / batch
            done += 1
            track.append(cost / batch)
    return Vin, Vout, track


def most_similar(word, Vin, n=3):
    unit = Vin / np.linalg.norm(Vin, axis=1, keepdims=True)
    sim = unit @ unit[w2i[word]]
    return [words[i] for i in np.argsort(-sim)[1:n + 1]]


if __name__ == '__main__':
    Vin, Vout, track = train(3, 0.9)
    print('cost', track[0], '->', track[-1])
    print('king:', most_similar('king', Vin))
