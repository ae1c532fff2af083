import numpy as np

# L-layer binary classifier.  [LINEAR -> TANH] * (L-1) -> LINEAR -> SIGMOID
# layer_dims[0] is the number of features; A of layer 0 is X.


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


def model_backward(AL, Y, params, store):
    L = len(params) // 2
    m = Y.shape[1]
    grads = {}

    # loss and sigmoid
    dA = -(Y / AL - (1 - Y) / (1 - AL))
    dZ = dA * AL * (1 - AL)

    for l in range(L, 0, -1):
        grads['dW' + str(l)] = dZ @ store['A' + str(l-1)].T / m
        grads['db' + str(l)] = dZ.sum(axis=1, keepdims=True) / m
        if l > 1:
            dA = params['W' + str(l)].T @ dZ
            dZ = dA * (1 - store['A' + str(l-1)] ** 2)

    return grads


def update_params(params, grads, learning_rate):
    for l in range(1, len(params) // 2 + 1):
        params['W' + str(l)] -= learning_rate * grads['dW' + str(l)]
        params['b' + str(l)] -= learning_rate * grads['db' + str(l)]
    return params


def train(X, Y, layer_dims, learning_rate=0.1, num_iterations=30):
    params = init(layer_dims)
    costs = []
    for i in range(num_iterations):
        AL, store = model_forward(X, params)
        costs.append(cost(AL, Y))
        grads = model_backward(AL, Y, params, store)
        params = update_params(params, grads, learning_rate)
    return params, costs


if __name__ == '__main__':
    g = np.random.RandomState(8)
    X = g.randn(5, 30)
    Y = (X[0] * X[1] + 0.5 * X[3] > 0).astype(int).reshape(1, -1)
    params, costs = train(X, Y, [5, 7, 4, 3, 1])
    for i in range(0, len(costs), 10):
        print('cost after iteration %d: %.5f' % (i, costs[i]))
