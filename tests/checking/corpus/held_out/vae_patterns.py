"""
Variational autoencoder for little black-and-white patterns (9 pixels), Bernoulli decoder,
Gaussian code of two numbers, RMSProp.
"""
import numpy as np

seed = np.random.SeedSequence(2024)
rng = np.random.default_rng(seed)

PIXELS, HID_E, CODE, HID_D = 9, 8, 2, 7


def glorot(n_from, n_to):
    limit = np.sqrt(6.0 / (n_from + n_to))
    return rng.uniform(-limit, limit, size=(n_from, n_to))


class VAE:
    names = ["We", "be", "Wm", "bm", "Ws", "bs", "Wd", "bd", "Wx", "bx"]

    def __init__(self):
        self.We, self.be = glorot(PIXELS, HID_E), np.zeros(HID_E)
        self.Wm, self.bm = glorot(HID_E, CODE), np.zeros(CODE)
        self.Ws, self.bs = glorot(HID_E, CODE), np.full(CODE, -1.0)
        self.Wd, self.bd = glorot(CODE, HID_D), np.zeros(HID_D)
        self.Wx, self.bx = glorot(HID_D, PIXELS), np.zeros(PIXELS)
        self.cache = {n: np.zeros_like(getattr(self, n)) for n in self.names}

    def elbo(self, x, noise):
        """negative evidence bound per example, and keeps what grad() needs"""
        self.x, self.noise = x, noise
        self.he = np.tanh(x @ self.We + self.be)
        self.mean = self.he @ self.Wm + self.bm
        self.logvar = self.he @ self.Ws + self.bs
        self.std = np.exp(0.5 * self.logvar)
        self.z = self.mean + self.std * noise
        self.hd = np.tanh(self.z @ self.Wd + self.bd)
        a = self.hd @ self.Wx + self.bx
        self.out = 1 / (1 + np.exp(-a))
        recon = -np.sum(x * np.log(self.out) + (1 - x) * np.log(1 - self.out))
        kl = -0.5 * np.sum(1 + self.logvar - self.mean ** 2 - np.exp(self.logvar))
        return (recon + kl) / len(x)

    def grad(self):
        n = len(self.x)
        g = {}
        da = (self.out - self.x) / n
        g["Wx"], g["bx"] = self.hd.T @ da, da.sum(0)
        dhd = da @ self.Wx.T * (1 - self.hd ** 2)
        g["Wd"], g["bd"] = self.z.T @ dhd, dhd.sum(0)
        dz = dhd @ self.Wd.T

        dmean = dz + self.mean / n
        dlogvar = dz * self.noise * 0.5 * self.std
        dlogvar += 0.5 * (np.exp(self.logvar) - 1) / n
        g["Wm"], g["bm"] = self.he.T @ dmean, dmean.sum(0)
        g["Ws"], g["bs"] = self.he.T @ dlogvar, dlogvar.sum(0)

        dhe = dmean @ self.Wm.T + dlogvar @ self.Ws.T
        dhe *= 1 - self.he ** 2
        g["We"], g["be"] = self.x.T @ dhe, dhe.sum(0)
        return g

    def rmsprop(self, g, lr=0.01, decay=0.9, eps=1e-6):
        for n in self.names:
            self.cache[n] = decay * self.cache[n] + (1 - decay) * g[n] ** 2
            new = getattr(self, n) - lr * g[n] / (np.sqrt(self.cache[n]) + eps)
            setattr(self, n, new)


rows = np.array([[1, 1, 1, 0, 0, 0, 0, 0, 0],
                 [0, 0, 0, 1, 1, 1, 0, 0, 0],
                 [1, 0, 0, 1, 0, 0, 1, 0, 0],
                 [0, 0, 1, 0, 0, 1, 0, 0, 1]])
pictures = rows[rng.integers(0, 4, 40)].astype(float)
flip = rng.random(pictures.shape) < 0.05
pictures[flip] = 1 - pictures[flip]

vae = VAE()
bounds = []
for epoch in range(12):
    for batch in np.split(rng.permutation(40), 4):
        noise = rng.standard_normal((len(batch), CODE))
        bounds.append(vae.elbo(pictures[batch], noise))
        vae.rmsprop(vae.grad())
print("bound: first", bounds[0], "last", bounds[-1])
