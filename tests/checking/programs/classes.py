"""Programs that are a class with ``loss(X, y, reg)``."""

from __future__ import annotations

from tests.checking.programs import calls, training
from tests.checking.programs.doors import by, network_class
from tests.checking.programs.draws import Draw, two_layers
from tests.checking.programs.program import GRADS, LOCAL, NAMES, Program, words

CLASSES = (
    Program(
        "class_inplace_mask.py.txt",
        network_class("TwoLayerNet"),
        two_layers,
        (("dscores = probs", "grads['W1'] += 2 * reg * W1"),),
        words(NAMES + GRADS + "N z1 a1 scores probs dscores da1=dhidden dz1=dhidden"),
        training.by_iterations,
    ),
    Program(
        "class_python2.py.txt",
        network_class("TwoLayerNet"),
        two_layers,
        (("onehot = np.zeros_like(p)", "db1 = dh1.sum(axis=0)"),),
        words(NAMES + LOCAL + "N=num_train z1=h1 a1=h1_relu scores probs=p dscores=dscore dz1=dh1"),
        training.by_iterations,
    ),
    Program(
        "class_one_letter.py.txt",
        network_class("Net"),
        two_layers,
        (("g = np.exp(s - l[:, None])", "G['W1'], G['b1'] = X.T @ e + 2 * reg * P['W1'], e.sum(0)"),),
        words(
            "X reg N=m W1=P['W1'] b1=P['b1'] W2=P['W2'] b2=P['b2'] z1=u a1=v scores=s dscores=g dz1=e "
            "dW1=G['W1'] db1=G['b1'] dW2=G['W2'] db2=G['b2']"
        ),
    ),
    Program(
        "class_chain_exp.py.txt",
        network_class("TwoLayerNet"),
        two_layers,
        (("dlosses = np.ones(N) / N", 'grads["W2"] += 2 * reg * W2'),),
        words(NAMES + GRADS + "N z1=hid a1=relu scores dscores da1=drelu dz1=dhid"),
    ),
    Program(
        "class_stored_transposed.py.txt",
        network_class("TwoLayerNet"),
        lambda seed: _transposed(two_layers(seed, row_biases=True)),
        (("delta2 = prob.copy()", "db1 = delta1.sum(axis=0, keepdims=True)"),),
        words(
            "X reg N=n W1=w1 b1 W2=w2 b2 z1=fc1 a1=out1 scores probs=prob dscores=delta2 da1=delta1 dz1=delta1 "
            "dW1=dw1 db1 dW2=dw2 db2 forward=_softmax"
        ),
    ),
    Program(
        "class_aliases.py.txt",
        network_class("TwoLayerNet"),
        two_layers,
        (("dz2 = scores", "dW2 += 2 * reg * W2"),),
        words(NAMES + LOCAL + "N z1 a1 scores dscores=dz2 da1 dz1"),
        training.by_epochs,
    ),
    Program(
        "class_leaky.py.txt",
        network_class("LeakyNet"),
        two_layers,
        (("target = np.zeros(prob.shape)", "'b2': dscores.sum(axis=0),"),),
        words(NAMES + "N=batch_size z1=pre a1=hidden scores probs=prob dscores dz1=dpre forward=leaky"),
    ),
    Program(
        "class_one_expression.py.txt",
        network_class("TwoLayerNet"),
        two_layers,
        (("ds = (scores", "'b1': (ds.dot(W2.T) * (hidden > 0)).sum(0),"),),
        words(NAMES + "N a1=hidden scores dscores=ds"),
    ),
    Program(
        "class_sigmoid_hidden.py.txt",
        network_class("NeuralNetwork"),
        lambda seed: two_layers(seed, row_biases=True),
        (("m = X.shape[0]", "db1 = np.sum(dz1, axis=0, keepdims=True)"),),
        words(
            "X reg N=m W1=self.params['W1'] b1=self.params['b1'] W2=self.params['W2'] b2=self.params['b2'] "
            "z1=self.z1 a1=self.a1 scores=self.z2 probs=self.probs dscores=dz2 da1 dz1 dW1 db1 dW2 db2 "
            "forward=forward,loss,sigmoid,sigmoidPrime"
        ),
        training.whole_batch,
    ),
    Program(
        "class_three_layers.py.txt",
        network_class("ThreeLayerNet"),
        lambda seed: two_layers(seed, hidden=(6, 5) if seed % 2 else (3, 7)),
        (("dout = sm", "db1 = dout.sum(axis=0)"),),
        words(
            "X reg W1 b1 W2 b2 b=b3 N=num z1 a1=h1 scores probs=sm dscores=dout dz1=dout dW1 db1 dW2 db2 dW=dW3 db=db3"
        ),
        training.adam,
    ),
    Program(
        "class_columns.py.txt",
        network_class("Net"),
        calls.draw_class_columns,
        (("Y = np.zeros(A2.shape)", "g[k] = g[k] + 2 * reg * p[k]"),),
        words(
            "X=A0 reg N=m W1=p['W1'] b1=p['b1'] W2=p['W2'] b2=p['b2'] z1=Z1 a1=A1 scores=Z2 probs=A2 dscores=dZ2 "
            "da1=dA1 dz1=dZ1 dW=g[k]"
        ),
    ),
    Program(
        "fc_net_deep.py.txt",
        by(calls.deep_class),
        lambda seed: two_layers(seed, hidden=(4, 6, 3) if seed % 2 else (6, 5)),
        (("dout = probs.copy()", "grads['W%d' % l] += self.reg * self.params['W%d' % l]"), ("x, w = cache", "axis=0)")),
        words("X reg=self.reg N scores probs dscores=dout dz1=dout forward=fc_forward a1=x W1=w db=db"),
    ),
)


def _transposed(draw: Draw) -> Draw:
    return draw.with_values({name: draw.values[name].T.copy() for name in ("W1", "W2")})
