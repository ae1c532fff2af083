"""Mistakes that hide behind a way of writing, each in a program of that style: its line, and a proved fix."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.checking.programs.corpus import PROGRAMS
from tests.checking.test_mistakes import checked

TEXTS = {program.name: program.text for program in PROGRAMS}

CASES = {
    "no activation where z is computed": (
        "class_one_expression",
        "hidden = np.maximum(X.dot(W1) + b1, 0)",
        "hidden = X.dot(W1) + b1",
    ),
    "two factors too many": (
        "class_python2",
        "dscore = (p - onehot) / num_train",
        "dscore = 2 * (p - onehot) * p / num_train",
    ),
    "another change in place": ("class_inplace_mask", "dscores /= N", "dscores *= 2.0 / N * dscores"),
    "a bias that is summed first": ("class_chain_exp", "scores = prod2 + b2", "scores = prod2 + np.sum(b2)"),
    "one of the two terms of the loss of two classes": (
        "columns_binary",
        "each = Y * np.log(A2) + (1 - Y) * np.log(1 - A2)",
        "each = Y * np.log(A2)",
    ),
    "biases that only their gradients tell of": (
        "columns_deep",
        '@ A + parameters["b" + str(l)]',
        "@ A",
    ),
    "a mask that is in a dictionary already": ("fc_net_deep", "dout = dout * masks[l]", "dout = dout * 1.0"),
    "ReLU of a gradient": ("function_params_dict", "dz = da * (z[l - 1] > 0)", "dz = np.maximum(0, da)"),
    "an entry unlike that of the other layer": ("function_comprehensions", "'W1': dW1 + 2 * reg * W1", "'W1': dW1"),
    "a call of what is there already": (
        "function_nested",
        'linear_grads(h, delta, "2")',
        'linear_grads(linear(X, "1"), delta, "2")',
    ),
    "no path through the mean": (
        "layers_batchnorm",
        "dx = dcentered - dcentered.sum(axis=0) / N",
        "dx = dcentered",
    ),
    "the first row for the last": ("function_bias_row", "df.dot(W2[:-1].T)", "df.dot(W2[1:].T)"),
    "a sign that cancels in every second layer": (
        "function_params_dict",
        'da = dz @ params[f"W{l}"].T',
        'da = -(dz @ params[f"W{l}"].T)',
    ),
    "a value that all wrong gradients depend on, in loops over entries": (
        "function_loops",
        "dh[j] += W2[j, k] * do[k]",
        "dh[j] += W2[j, k] * dh[j]",
    ),
    "a limit above, of a method": ("function_hinge", "hidden.clip(min=0)", "hidden.clip(0, 1)"),
    "a step taken twice, once before the weights are used": (
        "script_rings",
        "d = np.dot(d, W2.T)",
        "W2 -= lr * gW2\n    d = np.dot(d, W2.T)",
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_the_line_is_named_and_the_fix_proved(case: str, tmp_path: Path) -> None:
    program, right, wrong = CASES[case]
    assert TEXTS[program].count(right) == 1
    line = TEXTS[program][: TEXTS[program].index(right)].count("\n") + 1

    answer = checked(TEXTS[program].replace(right, wrong), tmp_path)

    assert [(one.line, one.verified) for one in answer.findings] == [(line, True)]
