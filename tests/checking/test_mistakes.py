"""Mistakes that once hid from the search, each in the smallest program that shows it: its line, and a proved fix."""

from __future__ import annotations

from pathlib import Path
from textwrap import dedent, indent

import pytest

from chainrule.checking.answer import Answer, Verdict
from chainrule.checking.examine import examine
from chainrule.checking.reading import load, open_program

HEAD = """\
import numpy as np

relu = lambda z: np.maximum(z, 0)


def loss(params, X, y, reg=0.0):
    W1, b1, W2, b2 = params['W1'], params['b1'], params['W2'], params['b2']
    N = X.shape[0]
"""

FORWARD = """\
z1 = X @ W1 + b1
a1 = relu(z1)
scores = a1 @ W2 + b2
e = np.exp(scores - scores.max(axis=1, keepdims=True))
probs = e / e.sum(axis=1, keepdims=True)
loss = -np.log(probs[np.arange(N), y]).mean()
for name in ('W1', 'W2'):
    loss += reg * np.sum(params[name] ** 2)
"""

BACKWARD = """\
dscores = probs.copy()
dscores[np.arange(N), y] -= 1
dscores /= N
grads = {}
grads['W2'] = a1.T @ dscores + 2 * reg * W2
grads['b2'] = dscores.sum(axis=0)
da1 = dscores @ W2.T
dz1 = da1 * (z1 > 0)
grads['W1'] = X.T @ dz1 + 2 * reg * W1
grads['b1'] = dz1.sum(axis=0)
return loss, grads
"""

WHOLE = HEAD + indent(FORWARD + BACKWARD, "    ")

CASES = {
    "a lambda": ("np.maximum(z, 0)", "np.minimum(z, 0)"),
    "a bias that the program names nowhere else": ("X @ W1 + b1", "X @ W1"),
    "a bias summed first": ("a1 @ W2 + b2", "a1 @ W2 + np.sum(b2)"),
    "an activation too many": ("scores = a1 @ W2 + b2", "scores = relu(a1 @ W2 + b2)"),
    "a clipped activation": ("a1 = relu(z1)", "a1 = np.clip(z1, 0, 1)"),
    "a loop over some of the names": ("('W1', 'W2')", "('W1',)"),
    "a loop over all of the names": ("('W1', 'W2')", "params"),
    "a value that nothing uses": ("X.T @ dz1", "X.T @ da1"),
    "the other array changed in place": ("dscores[np.arange(N), y] -= 1", "probs[np.arange(N), y] -= 1"),
    "no mask": ("dz1 = da1 * (z1 > 0)", "dz1 = da1"),
    "a factor where the loop over the penalty goes": ("loss += reg *", "loss += 0.5 * reg *"),
    "two changes in one line": ("dz1 = da1 * (z1 > 0)", "dz1 = -da1 * (z1 < 0)"),
    "a mask from the gradient": ("dz1 = da1 * (z1 > 0)", "dz1 = np.maximum(da1, 0)"),
    "probs handed on": ("dscores @ W2.T", "probs @ W2.T"),
}


def checked(text: str, folder: Path) -> Answer:
    path = folder / "program.py"
    path.write_text(text)
    program = open_program(path)
    return examine(program, load(program, ""), with_marks=False)


def test_the_program_itself_is_right(tmp_path: Path) -> None:
    answer = checked(WHOLE, tmp_path)
    assert answer.verdict is Verdict.CORRECT
    assert not answer.findings


@pytest.mark.parametrize("case", CASES)
def test_the_line_is_named_and_the_fix_proved(case: str, tmp_path: Path) -> None:
    right, wrong = CASES[case]
    assert WHOLE.count(right) == 1
    text = WHOLE.replace(right, wrong)
    line = WHOLE[: WHOLE.index(right)].count("\n") + 1
    answer = checked(text, tmp_path)
    assert answer.verdict is Verdict.WRONG
    found = answer.findings[0]
    assert (found.line, found.verified) == (line, True), found
    assert found.fix is not None
    lines = text.split("\n")
    lines[found.fix.line - 1 : found.fix.end_line] = [found.fix.replacement.removesuffix("\n")]
    assert checked("\n".join(lines), tmp_path).verdict is Verdict.CORRECT


JACOBIAN = """\
    import numpy as np

    def softmax_jacobian(p):
        return np.diag(p * (1 - p))

    def cost(W, b, X, y, reg=0.0):
        N = len(X)
        dW, db, total = np.zeros_like(W), np.zeros_like(b), 0.0
        for i in range(N):
            s = X[i] @ W + b
            p = np.exp(s - s.max()) / np.exp(s - s.max()).sum()
            total += -np.log(p[y[i]])
            dp = np.zeros_like(p)
            dp[y[i]] = -1 / p[y[i]]
            ds = softmax_jacobian(p) @ dp
            dW += np.outer(X[i], ds)
            db += ds
        return total / N + reg * np.sum(W * W), dW / N + 2 * reg * W, db / N
"""

ENTRIES = """\
    import numpy as np

    def cost(W, b, X, y, reg=0.0):
        N, D = X.shape
        C = W.shape[1]
        dW, db, total = np.zeros((D, C)), np.zeros(C), 0.0
        for n in range(N):
            s = X[n] @ W + b
            p = np.exp(s - s.max()) / np.exp(s - s.max()).sum()
            total -= np.log(p[y[n]])
            for c in range(C):
                d = p[c] - (c == y[n])
                db[c] += d
                for i in range(D):
                    dW[i, c] += W[i, c] * d
        return total / N + reg * np.sum(W * W), dW / N + 2 * reg * W, db / N
"""

NORMALISATION = """\
    import numpy as np

    def batchnorm_forward(x, gamma, beta, eps=1e-5):
        mean = x.mean(axis=0)
        std = np.sqrt(x.var(axis=0) + eps)
        norm = (x - mean) / std
        return gamma * norm, (norm, std, gamma)

    def batchnorm_backward(dout, cache):
        norm, std, gamma = cache
        d = dout * gamma
        dx = (d - d.mean(axis=0) - norm * (d * norm).mean(axis=0)) / std
        return dx, (dout * norm).sum(axis=0), dout.sum(axis=0)
"""

LISTS = """\
    import numpy as np

    def cost(W, b, X, y, reg=0.0):
        N, D = X.shape
        C = W.shape[1]
        dW, db, total = np.zeros((D, C)), np.zeros(C), 0.0
        for n in range(N):
            s = [0.0] * C
            for c in range(C):
                z = 0.0
                for i in range(D):
                    z += X[n, i] * W[i, c]
                s[c] = z
            e = [np.exp(v - max(s)) for v in s]
            p = [v / sum(e) for v in e]
            total -= np.log(p[y[n]])
            for c in range(C):
                d = p[c] - (c == y[n])
                db[c] += d
                for i in range(D):
                    dW[i, c] += X[n, i] * d
        return total / N + reg * np.sum(W * W), dW / N + 2 * reg * W, db / N
"""

POOLING = """\
    import numpy as np

    def max_pool_forward(x, pool_param):
        s, h, w = pool_param['stride'], pool_param['pool_height'], pool_param['pool_width']
        N, C, H, W = x.shape
        out = np.zeros((N, C, 1 + (H - h) // s, 1 + (W - w) // s))
        for i in range(out.shape[2]):
            for j in range(out.shape[3]):
                out[:, :, i, j] = x[:, :, i * s:i * s + h, j * s:j * s + w].max(axis=(2, 3))
        return out, (x, pool_param)

    def max_pool_backward(dout, cache):
        x, pool_param = cache
        s, h, w = pool_param['stride'], pool_param['pool_height'], pool_param['pool_width']
        dx = np.zeros(x.shape)
        for i in range(dout.shape[2]):
            for j in range(dout.shape[3]):
                window = x[:, :, i * s:i * s + h, j * s:j * s + w]
                mask = window == window.max(axis=(2, 3), keepdims=True)
                dx[:, :, i * s:i * s + h, j * s:j * s + w] = mask * dout[:, :, i, j][:, :, None, None]
        return dx
"""

OTHERS = {
    "jacobian": (JACOBIAN, 4),
    "entries": (ENTRIES, 15),
    "normalisation": (NORMALISATION, 7),
    "lists of numbers, a bias left out": (LISTS, 10),
    "windows that overlap": (POOLING, 20),
}


@pytest.mark.parametrize("name", OTHERS)
def test_other_styles(name: str, tmp_path: Path) -> None:
    text, line = OTHERS[name]
    answer = checked(dedent(text), tmp_path)
    assert answer.verdict is Verdict.WRONG
    assert (answer.findings[0].line, answer.findings[0].verified) == (line, True), answer.findings
