# policy gradient: a cart on a short rail must stay near a moving light
# (two actions: push left, push right; reward after every push)
import numpy as np

np.random.seed(17)
D = 3               # position, speed, light
H = 7
gamma = 0.9
decay_rate = 0.97
learning_rate = 0.02
batch_size = 4
length = 12

model = {}
model['W1'] = np.random.randn(H, D) / np.sqrt(D)
model['W2'] = np.random.randn(H) / np.sqrt(H)
grad_buffer = {k: np.zeros_like(v) for k, v in model.items()}
rmsprop_cache = {k: np.zeros_like(v) for k, v in model.items()}

def policy_forward(x):
    h = np.dot(model['W1'], x)
    h[h < 0] = 0
    logit = np.dot(model['W2'], h)
    p = 1.0 / (1.0 + np.exp(-logit))
    return p, h     # probability of a push to the right

def discount_rewards(r):
    discounted = np.zeros_like(r)
    running = 0.0
    for t in reversed(range(len(r))):
        running = running * gamma + r[t]
        discounted[t] = running
    return discounted

def policy_backward(xs, hs, dlogits):
    """gradients of sum(advantage * log probability); arrays with one row a step"""
    dW2 = np.dot(hs.T, dlogits)
    dh = np.outer(dlogits, model['W2'])
    dh[hs <= 0] = 0
    dW1 = np.dot(dh.T, xs)
    return {'W1': dW1, 'W2': dW2}

def play():
    xs, hs, dlogps, rewards = [], [], [], []
    position, speed, light = np.random.uniform(-1, 1), 0.0, np.random.uniform(-1, 1)
    for t in range(length):
        x = np.array([position, speed, light])
        p, h = policy_forward(x)
        right = np.random.uniform() < p
        y = 1 if right else 0
        xs.append(x)
        hs.append(h)
        dlogps.append(y - p)        # derivative of log probability of what was done, for the logit
        speed = 0.8 * speed + (0.3 if right else -0.3)
        position = position + 0.5 * speed
        light = 0.95 * light
        rewards.append(-abs(position - light))
    return np.vstack(xs), np.vstack(hs), np.array(dlogps), np.array(rewards)

running_reward = None
for episode in range(60):
    xs, hs, dlogps, rewards = play()

    advantage = discount_rewards(rewards)
    advantage -= np.mean(advantage)
    advantage /= np.std(advantage)

    grad = policy_backward(xs, hs, dlogps * advantage)
    for k in model:
        grad_buffer[k] += grad[k]

    if (episode + 1) % batch_size == 0:
        for k, v in model.items():
            g = grad_buffer[k]
            rmsprop_cache[k] = decay_rate * rmsprop_cache[k] + (1 - decay_rate) * g ** 2
            model[k] += learning_rate * g / (np.sqrt(rmsprop_cache[k]) + 1e-5)
            grad_buffer[k] = np.zeros_like(v)

    total = rewards.sum()
    running_reward = total if running_reward is None else 0.95 * running_reward + 0.05 * total
    if episode % 20 == 0:
        print('episode', episode, 'reward', round(total, 2), 'running', round(running_reward, 2))
