"""Python as mathematics: each piece of it, where brackets stand, and that what is not known stays as it was written."""

from __future__ import annotations

from xml.etree.ElementTree import Element, tostring

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chainrule.checking.showing.formula import LONGEST, formula, slope


def read(element: Element) -> str:
    """Read MathML aloud: ``_`` for below, ``^`` for above, ``{a}/{b}`` for a quotient, `` ` `` around code."""
    parts = [read(child) for child in element]
    match element.tag:
        case "msub" | "munder":
            return f"{parts[0]}_{{{parts[1]}}}"
        case "msup":
            return f"{parts[0]}^{{{parts[1]}}}"
        case "mfrac":
            return f"{{{parts[0]}}}/{{{parts[1]}}}"
        case "msqrt":
            return f"√{{{parts[0]}}}"
        case "mspace":
            return " "
        case "mtr":
            return ", ".join(parts) + ";"
        case "code":
            return f"`{element.text}`"
        case "mtext" if element.get("class") == "code":
            return f"`{element.text}`"
    return (element.text or "") + "".join(parts)


CASES = {
    # names
    "W1": "W_{1}",
    "dz1": "dz_{1}",
    "dW_2": "dW_{2}",
    "dscores": "dscores",
    "data": "data",
    "a_prev": "a_{prev}",
    "hidden2": "hidden_{2}",
    "learning_rate": "learning_rate",
    "lambd": "λ",
    "self.W1": "W_{1}",
    "self.params['W1']": "W_{1}",
    "grads['W1']": "grads_{W_{1}}",
    "cache['not a name']": "cache_{`'not a name'`}",
    # products
    "a1.T @ dz2": "a_{1}^{⊤} dz_{2}",
    "a1.T.dot(dz2)": "a_{1}^{⊤} dz_{2}",
    "np.dot(dZ1, A0.T)": "dZ_{1} A_{0}^{⊤}",
    "dp1 * mask": "dp_{1}⊙mask",
    "np.multiply(a, b)": "a⊙b",
    "2 * reg * W1": "2 reg W_{1}",
    "W1 * 2": "W_{1}·2",
    "self.reg * W1": "reg W_{1}",
    "X.shape[0] * W1": "`X.shape[0]` W_{1}",
    "np.outer(x, dz)": "x⊗dz",
    # brackets
    "X.T @ (dz1 * mask)": "X^{⊤} (dz_{1}⊙mask)",
    "X.T @ dz1 * mask": "X^{⊤} dz_{1}⊙mask",
    "(a + b) * c": "(a+b)⊙c",
    "2 * (a + b)": "2 (a+b)",
    "2 * (a * b)": "2 a⊙b",
    "(2 * (a * b)) @ c": "(2 a⊙b) c",
    "a - (b - c)": "a−(b−c)",
    "a - b - c": "a−b−c",
    "-a * b": "(−a)⊙b",
    "-(a + b)": "−(a+b)",
    "(a + b).T": "(a+b)^{⊤}",
    "(a / b) ** 2": "({a}/{b})^{2}",
    "(a ** b) ** c": "(a^{b})^{c}",
    # quotients, powers, functions
    "dW1 / N": "{dW_{1}}/{N}",
    "1e-8": "10^{−8}",
    "2.5e-07": "2.5·10^{−7}",
    "np.exp(-z)": "e^{−z}",
    "np.square(W1)": "W_{1}^{2}",
    "np.sqrt(v + 1e-8)": "√{v+10^{−8}}",
    "np.log(p + q)": "log (p+q)",
    "1 - np.tanh(h) ** 2": "1−(tanh h)^{2}",
    "np.maximum(0, z1)": "max(0,z_{1})",
    "np.abs(W1)": "|W_{1}|",
    "np.linalg.norm(W1) ** 2": "‖W_{1}‖^{2}",
    "sigmoid(Z)": "sigmoid(Z)",
    # over axes
    "np.sum(W1 * W1)": "∑ W_{1}⊙W_{1}",
    "np.sum(dz2, axis=0)": "∑_{axis 0} dz_{2}",
    "np.sum(dz2, 0)": "∑_{axis 0} dz_{2}",
    "dz2.sum(axis=-1, keepdims=True)": "∑_{axis −1} dz_{2}",
    "d.sum(axis=(0, 2))": "∑_{axes 0,2} d",
    "scores.max(axis=1)": "max_{axis 1} scores",
    "np.sum(np.log(p)) / N": "{∑ log p}/{N}",
    "np.sum(a) * b": "(∑ a)⊙b",
    # masks and choices
    "z1 > 0": "[z_{1}>0]",
    "dp1 * (z1 > 0)": "dp_{1}⊙[z_{1}>0]",
    "(z1 >= 0).astype(float)": "[z_{1}≥0]",
    "np.where(z1 > 0, dp1, 0)": "{dp_{1}, if z_{1}>0;0, otherwise;",
    "a if b else c": "{a, if b;c, otherwise;",
    # indices
    "probs[range(N), y]": "probs_{i,y_{i}}",
    "p[np.arange(N), y]": "p_{i,y_{i}}",
    "w[f]": "w_{f}",
    "x[:, 1:]": "x_{:,1:}",
    "b1[0]": "(b_{1})_{0}",
    # statements
    "dz1 = np.maximum(dp1, 0)": "dz_{1}=max(dp_{1},0)",
    "a = b = c": "a=b=c",
    "dW2 += reg * W2": "dW_{2}←dW_{2}+reg W_{2}",
    "dz1[z1 <= 0] = 0": "(dz_{1})_{z_{1}≤0}=0",
    "return a, b": "return a,b",
    "    a = 1\n": "a=1",
}
CODE = {
    "a // b": "`a // b`",
    "x.reshape(N, -1)": "`x.reshape(N, -1)`",
    "np.einsum('ij,kj->ik', a, b)": "`np.einsum('ij,kj->ik', a, b)`",
    "np.sum(a, axis=k)": "`np.sum(a, axis=k)`",
    "np.sum(a, dtype=float)": "`np.sum(a, dtype=float)`",
    "np.dot(*pair)": "`np.dot(*pair)`",
    "a in b": "[`a in b`]",
    "self.affine(x)": "`self.affine(x)`",
    "x[::-1]": "x_{`::-1`}",
    "dz = [f(z) for z in zs]": "dz=`[f(z) for z in zs]`",
    "for i in range(3): x += 1": "`for i in range(3): x += 1`",
    "this is (no Python": "`this is (no Python`",
    "": "``",
    "(" * 300: f"`{'(' * 300}`",
    "x + " * LONGEST + "x": f"`{'x + ' * LONGEST + 'x'}`",
}


@pytest.mark.parametrize(("python", "mathematics"), {**CASES, **CODE}.items())
def test_python_as_mathematics(python: str, mathematics: str) -> None:
    assert read(formula(python)) == mathematics


def test_a_formula_a_line() -> None:
    lines = formula("dz1 = dp1.copy()\ndz1[z1 <= 0] = 0")
    assert [read(line) for line in lines] == ["dz_{1}=dp_{1}", "(dz_{1})_{z_{1}≤0}=0"]


def test_the_code_stands_behind_the_formula() -> None:
    assert next(formula("dz1 = dp1").iter("math")).get("alttext") == "dz1 = dp1"


@pytest.mark.parametrize(
    ("mark", "shown"),
    [
        ("dL/dW1", "∂L/∂W_{1}"),
        ("dL/dscores", "∂L/∂scores"),
        ("N * dL/dh", "`N`·∂L/∂h"),
        ("dL/dW1.T", "(∂L/∂W_{1})^{⊤}"),
        ("dL/d(X @ W1)", "∂L/∂(X W_{1})"),
        ("dL/dX.dot(W1)", "∂L/∂(X W_{1})"),
        ("-dL/dh", "`-dL/dh`"),
        ("dL/d(", "`dL/d(`"),
        ("the mask", "`the mask`"),
    ],
)
def test_the_gradient_beside_a_line(mark: str, shown: str) -> None:
    assert read(slope(mark)) == shown


@given(st.text(max_size=30) | st.from_regex(r"[a-z0-9_ ()\[\]+*/@.,=<>'-]{0,30}", fullmatch=True))
def test_whatever_comes_is_shown(text: str) -> None:
    tostring(formula(text), encoding="unicode")
    tostring(slope(text), encoding="unicode")
