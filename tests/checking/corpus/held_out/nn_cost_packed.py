# Two-layer net fitted with scipy.optimize, translated from my old matlab exercise.
# All weights live in ONE vector; Theta1 is (h, d+1), Theta2 is (K, h+1), first column = bias
import numpy as np
from scipy.optimize import minimize

d, h, K = 4, 6, 3
lam = 0.3


def sigmoid(z):
    return 1.0 / (1.0 + np.exp(-z))


def sigmoidGradient(z):
    g = sigmoid(z)
    return g * (1 - g)


def unroll(Theta1, Theta2):
    return np.concatenate((Theta1.ravel(), Theta2.ravel()))


def reroll(nn_params):
    Theta1 = nn_params[:h * (d + 1)].reshape(h, d + 1)
    Theta2 = nn_params[h * (d + 1):].reshape(K, h + 1)
    return Theta1, Theta2


def nnCostFunction(nn_params, X, y, lam):
    Theta1, Theta2 = reroll(nn_params)
    m = X.shape[0]

    # part 1: feedforward
    a1 = np.column_stack((np.ones(m), X))
    z2 = a1 @ Theta1.T
    a2 = np.column_stack((np.ones(m), sigmoid(z2)))
    z3 = a2 @ Theta2.T
    h_theta = sigmoid(z3)

    Y = (y.reshape(-1, 1) == np.arange(K)).astype(float)
    J = np.sum(-Y * np.log(h_theta) - (1 - Y) * np.log(1 - h_theta)) / m
    J = J + lam / (2 * m) * (np.sum(Theta1[:, 1:] ** 2) + np.sum(Theta2[:, 1:] ** 2))

    # part 2: backpropagation
    Delta1 = np.zeros(Theta1.shape)
    Delta2 = np.zeros(Theta2.shape)
    for t in range(m):
        delta3 = h_theta[t, :] - Y[t, :]
        delta2 = (Theta2.T @ delta3)[1:] * sigmoidGradient(z2[t, :])
        Delta2 = Delta2 + np.outer(delta3, a2[t, :])
        Delta1 = Delta1 + np.outer(delta2, a1[t, :])

    # part 3: regularization of the gradient, not for the bias column
    Theta1_grad = Delta1 / m
    Theta2_grad = Delta2 / m
    Theta1_grad[:, 1:] = Theta1_grad[:, 1:] + lam / m * Theta1[:, 1:]
    Theta2_grad[:, 1:] = Theta2_grad[:, 1:] + lam / m * Theta2[:, 1:]
    return J, unroll(Theta1_grad, Theta2_grad)


np.random.seed(15)
X = np.random.randn(30, d)
y = np.argmax(X @ np.random.randn(d, K) + 0.3 * X[:, :1] ** 2, axis=1)

params = np.random.uniform(-0.6, 0.6, h * (d + 1) + K * (h + 1))
J_start, grad_start = nnCostFunction(params, X, y, lam)

# a few iterations on every third of the data, twice round
for sweep in range(2):
    for part in range(3):
        Xp, yp = X[part::3], y[part::3]
        res = minimize(nnCostFunction, params, args=(Xp, yp, lam), jac=True, method='CG', options={'maxiter': 3})
        params = res.x

J_end, grad_end = nnCostFunction(params, X, y, lam)
print('cost at the beginning %.4f, at the end %.4f' % (J_start, J_end))
