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

    # backward
    dw = (X @ (A - Y).T + lam * w) / n
    db = np.mean(A - Y)
    return {"dw": dw, "db": db}, cost

def descend(w, b, X, Y, steps, alpha, lam=0.):
    costs = []
    for k in range(steps):
        grads, cost = evaluate(w, b, X, Y, lam)
        w = w - alpha * grads["dw"]
        b = b - alpha * grads["db"]
        if k % 10 == 0:
            costs.append(cost)
    return w, b, costs

def classify(w, b, X):
    probs = sigmoid(w.T @ X + b)
    return (probs > 0.5).astype(int)

def model(X, Y, X_test, Y_test, steps=100, alpha=0.5, lam=2.):
    w, b = start(X.shape[0])
    w, b, costs = descend(w, b, X, Y, steps, alpha, lam)
    print("train accuracy: %.1f %%" % (100 - 100 * np.mean(np.abs(classify(w, b, X) - Y))))
    print("test accuracy:  %.1f %%" % (100 - 100 * np.mean(np.abs(classify(w, b, X_test) - Y_test))))
    return {"w": w, "b": b, "costs": costs}

# "cat pictures": 12 numbers each, the cats a bit brighter
np.random.seed(2)
labels = np.random.randint(0, 2, (1, 40))
pics = np.random.rand(12, 40) + 0.3 * labels
mean = pics[:, :30].mean(axis=1, keepdims=True)
pics = pics - mean + 0.2

d = model(pics[:, :30], labels[:, :30], pics[:, 30:], labels[:, 30:])
print(d["costs"])
