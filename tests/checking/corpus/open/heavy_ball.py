import numpy as np

# "Heavy ball": the parameters roll downhill like a ball with friction.
# Data: position of a damped spring at time t for spring constant k (made up).
rng = np.random.RandomState(42)
n = 32
t = rng.uniform(0, 3, n)
k = rng.uniform(0.5, 2, n)
inputs = np.column_stack([t, k])
inputs = (inputs - inputs.mean(0)) / inputs.std(0)
outputs = np.column_stack([np.exp(-0.3 * t) * np.cos(k * t), -np.exp(-0.3 * t) * np.sin(k * t), k * t / 3])

n_hidden = 6
w_ih = rng.normal(0, 0.8, (2, n_hidden))
th_h = rng.normal(0, 0.3, n_hidden)
w_ho = rng.normal(0, 0.5, (n_hidden, 3))
th_o = np.zeros(3)

# velocities
v_w_ih = np.zeros_like(w_ih)
v_th_h = np.zeros_like(th_h)
v_w_ho = np.zeros_like(w_ho)
v_th_o = np.zeros_like(th_o)

gamma = 0.9      # 1 - friction
eta = 0.05       # step

energy = []
for epoch in range(50):
    h = 1 / (1 + np.exp(-(inputs @ w_ih + th_h)))
    o = h @ w_ho + th_o
    r = o - outputs
    energy.append(0.5 * np.sum(r * r) / n)

    g_o = r / n
    g_w_ho = h.T @ g_o
    g_th_o = g_o.sum(0)
    g_h = g_o @ w_ho.T * (h - h * h)
    g_w_ih = inputs.T @ g_h
    g_th_h = g_h.sum(0)

    v_w_ih = gamma * v_w_ih - eta * g_w_ih
    v_th_h = gamma * v_th_h - eta * g_th_h
    v_w_ho = gamma * v_w_ho - eta * g_w_ho
    v_th_o = gamma * v_th_o - eta * g_th_o

    w_ih += v_w_ih
    th_h += v_th_h
    w_ho += v_w_ho
    th_o += v_th_o

for epoch in range(0, 50, 10):
    print(f"{epoch:4d}  {energy[epoch]:.5f}")
