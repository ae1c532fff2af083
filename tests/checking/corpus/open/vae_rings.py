#!/usr/bin/env python
# coding: utf-8

# # A variational autoencoder in plain NumPy
# exported from a notebook

# In[1]:


import numpy as np
rng = np.random.default_rng(12)


# ## Data: points on three rings, lifted to 6 dimensions

# In[2]:


N, D, H, Z = 24, 6, 10, 2
angle = rng.uniform(0, 2 * np.pi, N)
radius = rng.integers(1, 4, N) / 2
flat = np.stack([radius * np.cos(angle), radius * np.sin(angle)], 1)
X = np.tanh(flat @ rng.normal(size=(2, D)) + 0.05 * rng.normal(size=(N, D)))


# ## Encoder, decoder

# In[3]:


def dense(n, m):
    return rng.normal(size=(n, m)) / np.sqrt(n), np.zeros(m)

We, be = dense(D, H)        # encoder
Wm, bm = dense(H, Z)        # mean
Ws, bs = dense(H, Z)        # log variance
Wd, bd = dense(Z, H)        # decoder
Wx, bx = dense(H, D)        # reconstruction
theta = [We, be, Wm, bm, Ws, bs, Wd, bd, Wx, bx]


# In[4]:


def elbo_and_grads(X, noise):
    n = X.shape[0]
    # encode
    he = np.tanh(X @ We + be)
    mean = he @ Wm + bm
    logvar = he @ Ws + bs
    # sample
    sigma = np.exp(0.5 * logvar)
    z = mean + sigma * noise
    # decode
    hd = np.tanh(z @ Wd + bd)
    xhat = hd @ Wx + bx

    rec = 0.5 * np.sum((xhat - X) ** 2) / n
    kl = -0.5 * np.sum(1 + logvar - mean ** 2 - np.exp(logvar)) / n

    # decoder
    dxhat = (xhat - X) / n
    dWx = hd.T @ dxhat
    dbx = dxhat.sum(0)
    dad = (dxhat @ Wx.T) * (1 - hd ** 2)
    dWd = z.T @ dad
    dbd = dad.sum(0)
    dz = dad @ Wd.T
    # sampling and KL
    dmean = dz + mean / n
    dlogvar = dz * noise * 0.5 * sigma + 0.5 * (np.exp(logvar) - 1) / n
    # encoder
    dWm = he.T @ dmean
    dbm = dmean.sum(0)
    dWs = he.T @ dlogvar
    dbs = dlogvar.sum(0)
    dhe = dmean @ Wm.T + dlogvar @ Ws.T
    dae = dhe * (1 - he ** 2)
    dWe = X.T @ dae
    dbe = dae.sum(0)
    return rec, kl, [dWe, dbe, dWm, dbm, dWs, dbs, dWd, dbd, dWx, dbx]


# ## Train (Adam)

# In[5]:


m = [np.zeros_like(t) for t in theta]
v = [np.zeros_like(t) for t in theta]
trace = []
for step in range(1, 121):
    rec, kl, grads = elbo_and_grads(X, rng.normal(size=(N, Z)))
    trace.append((rec, kl))
    for k in range(len(theta)):
        m[k] = 0.9 * m[k] + 0.1 * grads[k]
        v[k] = 0.99 * v[k] + 0.01 * grads[k] ** 2
        step_size = 0.02 * np.sqrt(1 - 0.99 ** step) / (1 - 0.9 ** step)
        theta[k] -= step_size * m[k] / (np.sqrt(v[k]) + 1e-8)


# In[6]:


print("reconstruction %.3f, KL %.3f" % trace[0])
print("reconstruction %.3f, KL %.3f" % trace[-1])
