"""Programs in columns and stages, sets of layers, scripts and notebooks."""

from __future__ import annotations

from tests.checking.programs import calls, layer_draws
from tests.checking.programs.doors import by, layers, script
from tests.checking.programs.draws import two_layers
from tests.checking.programs.program import GRADS, NAMES, Program, words

OTHERS = (
    Program(
        "columns_binary.py.txt",
        by(calls.binary_columns),
        calls.draw_binary_columns,
        (("def backward_propagation", "return grads"),),
        words(
            "X N=m W1 b1 W2 b2 a1=A1 scores=Z2 z1=Z1 probs=A2 dscores=dZ2 da1=dA1 dz1=dZ1 dW1=grads['dW1'] "
            "db1=grads['db1'] dW2=grads['dW2'] db2=grads['db2'] "
            "forward=forward_propagation,compute_cost,sigmoid"
        ),
    ),
    Program(
        "columns_deep.py.txt",
        by(calls.deep_columns),
        lambda seed: two_layers(seed, columns=True, hidden=(6, 5) if seed % 2 else (3, 6, 4)),
        (("def backward_propagation", "return grads"),),
        words(
            "X N=m reg=lambd W1=W b=parameters['b'+str(l)] a1=cache['A'+str(l-1)] z1=cache['Z'+str(l-1)] "
            "dW=grads['dW'+str(l)] db=grads['db'+str(l)] dscores=dZ da1=dA dz1=dZ "
            "forward=forward_propagation,compute_cost,softmax,relu"
        ),
    ),
    Program(
        "layers_pairs.py.txt",
        layers(*layer_draws.DENSE),
        layer_draws.dense,
        (
            ("def affine_backward", "return dx, dw, db"),
            ("def relu_backward", "return dx"),
            ("def affine_relu_backward", "return dx, dw, db"),
            ("num_pos =", "dx /= N"),
            ("dx = probs.copy()", "dx /= N"),
        ),
        words(
            "X=x_row N W1=w b dscores=dout dW=dw db dx probs z1=x "
            "forward=affine_forward,relu_forward,affine_relu_forward"
        ),
    ),
    Program(
        "layers_conv.py.txt",
        layers(*layer_draws.CONVOLUTION),
        layer_draws.convolution,
        (("def conv_backward_naive", "return dx, dw, db"), ("def max_pool_backward_naive", "return dx")),
        words("X=x W1=w b b1=b[f] dscores=dout dW=dw db dx forward=conv_forward_naive,max_pool_forward_naive"),
    ),
    Program(
        "layers_batchnorm.py.txt",
        layers(*layer_draws.NORMALISATION),
        layer_draws.normalisation,
        (
            ("def batchnorm_backward", "return dx, dgamma, dbeta"),
            ("def layernorm_backward", "return dx, dgamma, dbeta"),
        ),
        words(
            "N b=beta dW=dgamma db=dbeta dx dscores=dout a1=norm z1=centered "
            "forward=batchnorm_forward,layernorm_forward"
        ),
    ),
    Program(
        "script_rings.py.txt",
        script("cost", {"W1": "gW1", "b1": "gb1", "W2": "gW2", "b2": "gb2"}, calls.rings_names),
        lambda seed: two_layers(seed, row_biases=True),
        (("d = probs", "gW1 += reg * W1"),),
        words(NAMES + "N=M a1=hidden scores=out probs dscores=d dz1=d dW1=gW1 db1=gb1 dW2=gW2 db2=gb2"),
    ),
    Program(
        "script_squared_error.py.txt",
        script("loss", {"weights_in": "grad_in", "weights_out": "grad_out"}, calls.squared_error_names),
        calls.draw_squared_error,
        (("delta_final = error", "grad_in = questions.T @ delta_middle"), ("return s * (1 - s)", "s * (1 - s)")),
        words(
            "X=questions W1=weights_in W2=weights_out a1=middle probs=final dscores=delta_final dz1=delta_middle "
            "dW1=grad_in dW2=grad_out forward=sig"
        ),
    ),
    Program(
        "notebook_functions.ipynb.txt",
        by(lambda names, draw: names["loss_fn"](draw.copies(), *calls.data(draw), draw.reg)),
        two_layers,
        (("y_onehot = np.eye", "grads['b1'] = dz1.sum(axis=0)"),),
        words(
            "X reg N=n W1=params['W1'] b1=params['b1'] W2=params['W2'] b2=params['b2'] z1 a1 scores=z2 probs "
            "dscores=dz2 da1 dz1 forward=softmax,relu " + GRADS
        ),
    ),
    Program(
        "notebook_inline.ipynb.txt",
        script("loss", {"w1": "grad_w1", "c1": "grad_c1", "w2": "grad_w2", "c2": "grad_c2"}, calls.notebook_names),
        calls.draw_notebook,
        (("grad_logits = prob.copy()", "grad_c1 = grad_pre.sum(axis=0)"),),
        words(
            "X=X_train reg=decay N=n W1=w1 b1=c1 W2=w2 b2=c2 z1=pre a1=act scores=logits probs=prob "
            "dscores=grad_logits da1=grad_act dz1=grad_pre dW1=grad_w1 db1=grad_c1 dW2=grad_w2 db2=grad_c2"
        ),
    ),
)
