import numpy as np

def init(layer_dims, seed=3):
    g = np.random.RandomState(seed)
    params = {}
    for l in range(1, len(layer_dims)):
        params['W' + str(l)] = g.randn(layer_dims[l], layer_dims[l-1]) / np.sqrt(layer_dims[l-1])
        params['b' + str(l)] = np.zeros((layer_dims[l], 1))
    return params


def model_forward(X, params):
    store = {'A0': X}
    L = len(params) // 2
    for l in range(1, L + 1):
        Z = params['W' + str(l)] @ store['A' + str(l-1)] + params['b' + str(l)]
        store['Z' + str(l)] = Z
        if l < L:
            store['A' + str(l)] = np.tanh(Z)
        else:
            store['A' + str(l)] = 1 / (1 + np.exp(-Z))
    return store['A' + str(L)], store


def cost(AL, Y):
    m = Y.shape[1]
    logprobs = Y * np.log(AL) + (1 - Y) * np.log(1 - AL)
    return float(np.squeeze(-np.sum(logprobs) / m))


g = np.random.RandomState(8)
X = g.randn(5, 30)
Y = (X[0] * X[1] + 0.5 * X[3] > 0).astype(int).reshape(1, -1)
params = init([5, 7, 4, 3, 1])
costs = []
for i in range(3):
    AL, store = model_forward(X, params)
    costs.append(cost(AL, Y))
