"""Programs that are a function of parameters, inputs and labels."""

from __future__ import annotations

from tests.checking.programs import calls
from tests.checking.programs.doors import by
from tests.checking.programs.draws import two_layers
from tests.checking.programs.program import GRADS, LOCAL, NAMES, Program, words

FUNCTIONS = (
    Program(
        "function_params_dict.py.txt",
        by(lambda names, draw: names["loss_and_grads"](draw.copies(), *calls.data(draw), draw.reg)),
        lambda seed: two_layers(seed, hidden=(6, 5) if seed % 2 else (3, 6, 4)),
        (("dz = np.exp(log_p)", "dz = da * (z[l - 1] > 0)"),),
        words(
            "X reg N W1=params[f'W{l}'] b1=params[f'b{l}'] a1=a[l-1] z1=z[l-1] dW=grads[f'W{l}'] "
            "db=grads[f'b{l}'] da1=da dz1=dz dscores=dz"
        ),
    ),
    Program(
        "function_einsum.py.txt",
        by(lambda names, draw: names["network"](tuple(draw.copies().values()), *calls.data(draw), draw.reg)),
        two_layers,
        (("ds = (p - t) / n", "db1 = einsum('nh->h', dz)"),),
        words("X=x reg=lam N=n W1 b1 W2 b2 z1=z a1=a scores=s probs=p dscores=ds da1=da dz1=dz dW1 db1 dW2 db2"),
    ),
    Program(
        "function_loops.py.txt",
        by(lambda names, draw: calls.split(names["loss"](*calls.data(draw), *draw.copies().values(), draw.reg))),
        two_layers,
        (("# backward for this example", "db1[j] += dh[j]"), ("dW1 /= N", "dW2[j, k] += 2 * reg * W2[j, k]")),
        words(
            "X=X[n,i] reg N z1=z[j] a1=h[j] W2=W2[j,k] dscores=do[k] dz1=dh[j] b1=b1[j] b2=b2[k] forward=forward_one"
        ),
    ),
    Program(
        "function_comprehensions.py.txt",
        by(lambda names, draw: names["two_layer"](draw.copies(), *calls.data(draw), draw.reg)),
        two_layers,
        (("dS = np.array", "grads = {'W1'"),),
        words(NAMES + LOCAL + "N z1=Z a1=A scores=S probs=P dscores=dS da1=dA dz1=dZ"),
    ),
    Program(
        "function_bias_row.py.txt",
        by(calls.bias_row),
        calls.draw_bias_row,
        (("df = p", "dW2[:-1] += 2 * reg * W2[:-1]"),),
        words("X reg N=num_train W1 W2 z1=hidden a1=hb scores=f probs=p dscores=df da1=dhidden dz1=dhidden dW1 dW2"),
    ),
    Program(
        "function_nested.py.txt",
        by(lambda names, draw: names["tanh_net"](draw.copies(), *calls.data(draw), draw.reg)),
        two_layers,
        (
            ("delta = p.copy()", 'grads.update(linear_grads(X, delta1, "1"))'),
            ("return {", "d.sum(axis=0)}"),
            ("lambda a: 1 - a ** 2):", "lambda a: 1 - a ** 2):"),
        ),
        words(
            "X reg N=n W1=params['W1'] W2=params['W2'] a1=h probs=p dscores=delta da1=back dz1=delta1 b=params['b'+k]"
        ),
    ),
    Program(
        "function_jacobian.py.txt",
        by(
            lambda names, draw: calls.split(
                names["cost_function"](*draw.copies().values(), *calls.data(draw), draw.reg)
            )
        ),
        two_layers,
        (("gradW1, gradb1 = np.zeros", "gradb2 = gradb2 / n_samples"), ("return np.diag(p)", "np.outer(p, p)")),
        words(
            "X=X[i] reg=lam N=n_samples W1 b1 W2 b2 z1=hidden_in[i] a1=hidden_out[i] scores=out_in probs=p "
            "dscores=dout da1=dhid dz1=dhid dW1=gradW1 db1=gradb1 dW2=gradW2 db2=gradb2"
        ),
    ),
    Program(
        "function_hinge.py.txt",
        by(lambda names, draw: names["svm_two_layer"](draw.copies(), *calls.data(draw), draw.reg)),
        two_layers,
        (("dmargins = np.ones_like", "grads['b1'] = drelu.sum(axis=0)"),),
        words(NAMES + GRADS + "N=n z1=hidden a1=relu scores probs=margins dscores da1=drelu dz1=drelu"),
    ),
)
