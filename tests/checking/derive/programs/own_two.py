import numpy as np

class TwoLayerNet(object):
  def __init__(self, input_size, hidden_size, output_size, std=1e-1):
    self.params = {}
    self.params['W1'] = std * np.random.randn(input_size, hidden_size)
    self.params['b1'] = np.zeros(hidden_size)
    self.params['W2'] = std * np.random.randn(hidden_size, output_size)
    self.params['b2'] = np.zeros(output_size)

  def loss(self, X, y=None, reg=0.0):
    W1, b1 = self.params['W1'], self.params['b1']
    W2, b2 = self.params['W2'], self.params['b2']
    N, D = X.shape

    z1 = X.dot(W1) + b1
    h1 = np.maximum(0, z1)
    scores = h1.dot(W2) + b2
    if y is None:
      return scores

    shifted = scores - np.max(scores, axis=1, keepdims=True)
    probs = np.exp(shifted) / np.sum(np.exp(shifted), axis=1, keepdims=True)
    loss = -np.sum(np.log(probs[np.arange(N), y])) / N
    loss += reg * (np.sum(W1 * W1) + np.sum(W2 * W2))

    return loss

np.random.seed(0)
net = TwoLayerNet(4, 5, 3)
X = np.random.randn(6, 4)
y = np.random.randint(0, 3, 6)
print(net.loss(X, y, 0.1))
