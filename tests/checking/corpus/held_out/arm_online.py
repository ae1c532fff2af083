# Learn where the tip of a two-joint arm is, from the two angles.
# One example after the other (online), with momentum. Plain vectors, np.outer.
import numpy as np

rs = np.random.RandomState(42)
L1, L2 = 0.5, 0.4


def tip(a, b):
    return np.array([L1 * np.cos(a) + L2 * np.cos(a + b),
                     L1 * np.sin(a) + L2 * np.sin(a + b)])


angles = rs.uniform(-1.2, 1.2, size=(30, 2))
positions = np.array([tip(a, b) for a, b in angles])

n_hidden1, n_hidden2 = 6, 5
Wa = rs.randn(n_hidden1, 2) * 0.7
ba = rs.randn(n_hidden1) * 0.1
Wb = rs.randn(n_hidden2, n_hidden1) * 0.5
bb = rs.randn(n_hidden2) * 0.1
Wc = rs.randn(2, n_hidden2) * 0.5
bc = np.zeros(2)

vWa, vba = np.zeros_like(Wa), np.zeros_like(ba)
vWb, vbb = np.zeros_like(Wb), np.zeros_like(bb)
vWc, vbc = np.zeros_like(Wc), np.zeros_like(bc)

lr = 0.05
mu = 0.6
errors = []


def one_step(x, t):
    global Wa, ba, Wb, bb, Wc, bc
    global vWa, vba, vWb, vbb, vWc, vbc
    # forward
    p = np.dot(Wa, x) + ba
    hp = np.tanh(p)
    q = np.dot(Wb, hp) + bb
    hq = np.log1p(np.exp(q))            # softplus
    y = np.dot(Wc, hq) + bc
    E = np.sum((y - t) ** 2)

    # backward, g_something is dE/dsomething
    g_y = 2 * (y - t)
    g_Wc = np.outer(g_y, hq)
    g_bc = g_y
    g_hq = np.dot(Wc.T, g_y)
    g_q = g_hq / (1 + np.exp(-q))
    g_Wb = np.outer(g_q, hp)
    g_bb = g_q
    g_hp = np.dot(g_q, Wb)
    g_p = g_hp * (1 - hp ** 2)
    g_Wa = np.outer(g_p, x)
    g_ba = g_p

    # momentum
    vWa = mu * vWa - lr * g_Wa
    vba = mu * vba - lr * g_ba
    vWb = mu * vWb - lr * g_Wb
    vbb = mu * vbb - lr * g_bb
    vWc = mu * vWc - lr * g_Wc
    vbc = mu * vbc - lr * g_bc
    Wa = Wa + vWa
    ba = ba + vba
    Wb = Wb + vWb
    bb = bb + vbb
    Wc = Wc + vWc
    bc = bc + vbc
    return E


for epoch in range(12):
    total = 0
    for i in rs.permutation(len(angles)):
        total += one_step(angles[i], positions[i])
    errors.append(total / len(angles))

print("first and last error:", errors[0], errors[-1])
