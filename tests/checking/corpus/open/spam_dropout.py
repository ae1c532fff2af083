# Spam filter (toy): word counts -> 2 hidden layers with dropout -> spam or not
import numpy as np


class SpamNet:

    def __init__(self, n_words, h1, h2, keep=0.75, seed=0):
        self.rs = np.random.RandomState(seed)
        self.keep = keep
        self.Wa = self.rs.normal(0, 1 / np.sqrt(n_words), (n_words, h1))
        self.ba = np.full(h1, 0.1)
        self.Wb = self.rs.normal(0, 1 / np.sqrt(h1), (h1, h2))
        self.bb = np.full(h2, 0.1)
        self.wc = self.rs.normal(0, 1 / np.sqrt(h2), h2)
        self.bc = 0.0

    def draw_masks(self, n):
        # inverted dropout: divided by keep here, so nothing to do when testing
        m1 = (self.rs.rand(n, len(self.ba)) < self.keep) / self.keep
        m2 = (self.rs.rand(n, len(self.bb)) < self.keep) / self.keep
        return m1, m2

    def run(self, X, masks=None):
        za = X @ self.Wa + self.ba
        a = np.maximum(za, 0)
        if masks is not None:
            a = a * masks[0]
        zb = a @ self.Wb + self.bb
        b = np.maximum(zb, 0)
        if masks is not None:
            b = b * masks[1]
        logit = b @ self.wc + self.bc
        return za, a, zb, b, 1 / (1 + np.exp(-logit))

    def log_loss(self, p, spam):
        return -np.mean(np.where(spam == 1, np.log(p), np.log(1 - p)))

    def gradient(self, X, spam, masks):
        za, a, zb, b, p = self.run(X, masks)
        dlogit = (p - spam) / len(spam)
        self.dwc = dlogit @ b
        self.dbc = dlogit.sum()

        db = np.outer(dlogit, self.wc)
        db = db * masks[1]
        db[zb <= 0] = 0
        self.dWb = a.T @ db
        self.dbb = db.sum(axis=0)

        da = db @ self.Wb.T
        da = da * masks[0]
        da[za <= 0] = 0
        self.dWa = X.T @ da
        self.dba = da.sum(axis=0)
        return self.log_loss(p, spam)

    def train_step(self, X, spam, lr):
        masks = self.draw_masks(len(X))
        loss = self.gradient(X, spam, masks)
        for name in ('Wa', 'ba', 'Wb', 'bb', 'wc', 'bc'):
            setattr(self, name, getattr(self, name) - lr * getattr(self, 'd' + name))
        return loss


rs = np.random.RandomState(99)
mails = rs.poisson(1.0, (34, 10)).astype(float)
spam = (mails[:, 2] + mails[:, 5] > mails[:, 7] + 1).astype(int)
mails = np.log1p(mails)

net = SpamNet(10, 9, 6)
losses = [net.train_step(mails, spam, 0.3) for _ in range(50)]
p = net.run(mails)[-1]
print('with dropout   ', losses[0], '...', losses[-1])
print('without dropout', net.log_loss(p, spam))
print('accuracy       ', np.mean((p > 0.5) == spam))
