import numpy as np

def sigmoid(z):
    return 1. / (1. + np.exp(-z))

def start(dim):
    """w is a column of zeros, b a number"""
    w = np.zeros((dim, 1))
    b = 0.
    return w, b

def evaluate(w, b, X, Y, lam):
    """
    cost of logistic regression and its gradient

    X -- data, shape (features, examples)
    Y -- true labels 0/1, shape (1, examples)
    """
    n = X.shape[1]

    # forward
    A = sigmoid(w.T @ X + b)
    cross = Y * np.log(A) + (1 - Y) * np.log(1 - A)
    cost = -np.mean(cross) + lam / (2 * n) * np.sum(w ** 2)

    return cost


np.random.seed(2)
w, b = start(12)
w += 0.1
X = np.random.rand(12, 30); Y = np.random.randint(0, 2, (1, 30))
print(evaluate(w, b, X, Y, 2.))
