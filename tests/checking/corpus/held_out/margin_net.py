import numpy as np


class MarginNet(object):
    """
    input - fully connected - ReLU - fully connected - multiclass hinge loss

    The network has an input dimension of D, a hidden layer dimension of H, and
    performs classification over C classes with the SVM loss and L2 regularization
    of the weight matrices.
    """

    def __init__(self, input_size, hidden_size, output_size, std=1e-1, seed=None):
        rng = np.random.RandomState(seed)
        self.params = {}
        self.params['W1'] = std * rng.randn(input_size, hidden_size)
        self.params['b1'] = np.zeros(hidden_size)
        self.params['W2'] = std * rng.randn(hidden_size, output_size)
        self.params['b2'] = np.zeros(output_size)

    def loss(self, X, y=None, reg=0.0, delta=1.0):
        W1, b1 = self.params['W1'], self.params['b1']
        W2, b2 = self.params['W2'], self.params['b2']
        N = X.shape[0]

        hidden = X.dot(W1) + b1
        hidden[hidden < 0] = 0
        scores = hidden.dot(W2) + b2
        if y is None:
            return scores

        correct = scores[np.arange(N), y][:, None]
        margins = np.maximum(0, scores - correct + delta)
        margins[np.arange(N), y] = 0
        loss = margins.sum() / N
        loss += reg * (np.sum(W1 * W1) + np.sum(W2 * W2))

        # backward pass
        dscores = np.zeros_like(scores)
        dscores[margins > 0] = 1
        dscores[np.arange(N), y] = -np.sum(margins > 0, axis=1)
        dscores /= N

        grads = {}
        grads['W2'] = hidden.T.dot(dscores)
        grads['b2'] = dscores.sum(axis=0)
        dhidden = dscores.dot(W2.T)
        dhidden[hidden <= 0] = 0
        grads['W1'] = X.T.dot(dhidden)
        grads['b1'] = dhidden.sum(axis=0)
        for w in ('W1', 'W2'):
            grads[w] += 2 * reg * self.params[w]
        return loss, grads

    def train(self, X, y, X_val, y_val, learning_rate=1e-3, learning_rate_decay=0.95,
              reg=1e-5, mu=0.9, num_epochs=5, batch_size=20, seed=0, verbose=False):
        rng = np.random.RandomState(seed)
        num_train = X.shape[0]
        iterations_per_epoch = max(num_train // batch_size, 1)
        velocity = {k: np.zeros_like(v) for k, v in self.params.items()}
        loss_history, val_acc_history = [], []

        for it in range(num_epochs * iterations_per_epoch):
            idx = rng.choice(num_train, batch_size)
            loss, grads = self.loss(X[idx], y[idx], reg)
            loss_history.append(loss)
            for k in self.params:
                velocity[k] = mu * velocity[k] - learning_rate * grads[k]
                self.params[k] = self.params[k] + velocity[k]

            if (it + 1) % iterations_per_epoch == 0:
                val_acc_history.append((self.predict(X_val) == y_val).mean())
                learning_rate *= learning_rate_decay
                if verbose:
                    print('iteration %d: loss %f' % (it, loss))

        return {'loss_history': loss_history, 'val_acc_history': val_acc_history}

    def predict(self, X):
        return np.argmax(self.loss(X), axis=1)
