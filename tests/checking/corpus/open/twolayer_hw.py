import numpy as np


class TwoLayerClassifier(object):
  """
  input - fully connected - ReLU - fully connected - softmax

  N examples of dimension D in the rows of X, hidden size H, C classes.
  """

  def __init__(self, input_size, hidden_size, output_size, std=1e-1):
    self.params = {
      'W1': std * np.random.randn(input_size, hidden_size),
      'b1': np.zeros(hidden_size),
      'W2': std * np.random.randn(hidden_size, output_size),
      'b2': np.zeros(output_size),
    }

  def loss(self, X, y=None, reg=0.0):
    W1, b1 = self.params['W1'], self.params['b1']
    W2, b2 = self.params['W2'], self.params['b2']
    N = X.shape[0]

    # forward
    pre = X.dot(W1) + b1
    hidden = pre.clip(min=0)
    scores = hidden.dot(W2) + b2
    if y is None:
      return scores

    shifted = scores - scores.max(axis=1)[:, np.newaxis]
    logZ = np.log(np.exp(shifted).sum(axis=1))
    loss = np.mean(logZ - shifted[np.arange(N), y])
    loss += 0.5 * reg * (np.sum(W1 * W1) + np.sum(W2 * W2))

    # backward
    dscores = np.exp(shifted - logZ[:, np.newaxis])
    dscores[np.arange(N), y] -= 1
    dscores /= N

    grads = {}
    grads['b2'] = dscores.sum(axis=0)
    grads['W2'] = hidden.T.dot(dscores)
    grads['W2'] += reg * W2

    dhidden = dscores.dot(W2.T)
    dhidden[pre <= 0] = 0
    grads['b1'] = dhidden.sum(axis=0)
    grads['W1'] = X.T.dot(dhidden)
    grads['W1'] += reg * W1
    return loss, grads

  def train(self, X, y, learning_rate=1e-1, reg=1e-3, num_iters=20, batch_size=8,
            learning_rate_decay=0.95):
    num_train = X.shape[0]
    per_epoch = max(num_train // batch_size, 1)
    loss_history = []
    for it in range(num_iters):
      idx = np.random.choice(num_train, batch_size)
      X_batch, y_batch = X[idx], y[idx]
      loss, grads = self.loss(X_batch, y=y_batch, reg=reg)
      loss_history.append(loss)
      for name in self.params:
        self.params[name] -= learning_rate * grads[name]
      if it % per_epoch == 0:
        learning_rate *= learning_rate_decay
    return loss_history

  def predict(self, X):
    return np.argmax(self.loss(X), axis=1)
