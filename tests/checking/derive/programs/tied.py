"""Autoencoder with tied weights: the decoder uses the encoder's matrix, transposed. Patterns are columns."""
import numpy as np


def logistic(t):
    return 1.0 / (1.0 + np.exp(-t))


def make_autoencoder(visible, code, decay, seed):
    gen = np.random.RandomState(seed)
    w = gen.uniform(-1, 1, (code, visible)) * np.sqrt(6.0 / (code + visible))
    state = {"w": w, "enc_bias": np.zeros((code, 1)), "dec_bias": np.zeros((visible, 1))}

    def encode(x):
        return logistic(state["w"] @ x + state["enc_bias"])

    def decode(c):
        return logistic(state["w"].T @ c + state["dec_bias"])

    def cost(x):
        r = decode(encode(x))
        m = x.shape[1]
        entropy = -np.sum(x * np.log(r) + (1 - x) * np.log(1 - r)) / m
        return entropy + decay / 2 * np.sum(state["w"] ** 2)

    return state, encode, decode, cost


def noisy_prototypes(gen, prototypes, copies, flip):
    columns = np.repeat(prototypes, copies, axis=1)
    flips = gen.rand(*columns.shape) < flip
    return np.where(flips, 1 - columns, columns)


def main():
    gen = np.random.RandomState(33)
    prototypes = (gen.rand(10, 4) < 0.5).astype(float)
    x = noisy_prototypes(gen, prototypes, 5, 0.05)
    state, encode, decode, cost = make_autoencoder(10, 3, 0.002, seed=5)
    print(cost(x))
main()
