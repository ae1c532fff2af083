# REINFORCE on a made-up game.
# A moth sees three numbers (light left, light right, wind) and flies left, stays, or flies right.
# It earns more the more light it finds. Two moves per game. Policy: one hidden layer, tanh, softmax.
import numpy as np

rng = np.random.RandomState(99)

ACTIONS = 3
model = {}
model['W1'] = rng.randn(7, 3) * 0.5
model['b1'] = rng.randn(7) * 0.1
model['W2'] = rng.randn(ACTIONS, 7) * 0.5
model['b2'] = np.zeros(ACTIONS)
entropy_weight = 0.02
discount = 0.9


def policy(x):
    h = np.tanh(np.dot(model['W1'], x) + model['b1'])
    logit = np.dot(model['W2'], h) + model['b2']
    p = np.exp(logit - np.max(logit))
    return p / np.sum(p), h


def play(x, move):
    pull = x[0] * (move == 0) + x[1] * (move == 2)
    reward = pull - 0.3 * abs(x[2]) * (move != 1)
    nxt = np.array([x[1] * 0.5, x[0] * 0.5, -x[2]]) + 0.2 * rng.randn(3)
    return reward, nxt


def discounted(rewards):
    total, res = 0.0, []
    for r in reversed(rewards):
        total = r + discount * total
        res.insert(0, total)
    return np.array(res)


def objective(xs, hs, moves, adv):
    """what is maximised on one batch: sum of adv * log pi + entropy bonus"""
    J = 0.0
    for x, a, A in zip(xs, moves, adv):
        p, _ = policy(x)
        J += A * np.log(p[a]) - entropy_weight * np.sum(p * np.log(p))
    return J


def policy_gradient(xs, hs, ps, moves, adv):
    grad = {k: np.zeros_like(v) for k, v in model.items()}
    for x, h, p, a, A in zip(xs, hs, ps, moves, adv):
        dlogit = -p * A
        dlogit[a] += A
        logp = np.log(p)
        dlogit -= entropy_weight * p * (logp - np.sum(p * logp))
        grad['W2'] += np.outer(dlogit, h)
        grad['b2'] += dlogit
        dh = np.dot(model['W2'].T, dlogit)
        dh = dh * (1 - h * h)
        grad['W1'] += np.outer(dh, x)
        grad['b1'] += dh
    return grad


baseline = 0.0
returns, objectives = [], []
for episode in range(60):
    xs, hs, ps, moves, G = [], [], [], [], []
    for game in range(4):
        x = np.append(rng.rand(2), rng.randn() * 0.5)
        rewards = []
        for step in range(2):
            p, h = policy(x)
            a = rng.choice(ACTIONS, p=p)
            r, nxt = play(x, a)
            xs.append(x), hs.append(h), ps.append(p), moves.append(a), rewards.append(r)
            x = nxt
        G.extend(discounted(rewards))
    G = np.array(G)
    adv = G - baseline
    baseline = 0.9 * baseline + 0.1 * G.mean()
    objectives.append(objective(xs, hs, moves, adv))
    grad = policy_gradient(xs, hs, ps, moves, adv)
    for k in model:
        model[k] += 0.05 * grad[k]        # uphill
    returns.append(G.mean())

print('mean return, first and last 10 episodes: %.3f %.3f' % (np.mean(returns[:10]), np.mean(returns[-10:])))
