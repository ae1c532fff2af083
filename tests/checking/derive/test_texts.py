"""The lines are those that a person would write."""

from __future__ import annotations

from pathlib import Path

from chainrule.checking.derive.api import derive_file

PROGRAMS = Path(__file__).parent / "programs"


def rows(name: str) -> list[str]:
    return [line.strip() for line in derive_file(PROGRAMS / name).text.split("\n") if line.strip()]


def test_the_network_of_the_course() -> None:
    assert rows("own_two.py") == [
        "grads = {}",
        "dscores = probs.copy()",
        "dscores[np.arange(N), y] -= 1",
        "dscores /= N",
        "dh1 = dscores.dot(W2.T)",
        "grads['W2'] = h1.T.dot(dscores)",
        "grads['W2'] += 2 * reg * W2",
        "grads['b2'] = np.sum(dscores, axis=0)",
        "dz1 = dh1 * (h1 > 0)",
        "grads['W1'] = X.T.dot(dz1)",
        "grads['W1'] += 2 * reg * W1",
        "grads['b1'] = np.sum(dz1, axis=0)",
    ]


def test_a_recurrent_network_goes_back_through_time() -> None:
    found = rows("own_rnn.py")
    loop = found[found.index("for t in reversed(range(len(ins))):") + 1 :]
    assert "dz = dh * (1 - hs[t] ** 2)" in loop
    assert "dWhh += np.dot(dz, hs[t - 1].T)" in loop
    assert loop[-1] == "dh = dh_prev"


def test_layers_in_a_dictionary() -> None:
    found = rows("own_deep.py")
    assert "for l in reversed(range(1, L + 1)):" in found
    assert "grads['W' + str(l)] = dZ @ store['A' + str(l - 1)].T" in found


def test_a_convolution_adds_into_windows() -> None:
    found = rows("cnn.py")
    assert "dfilters[k] += dout[k, i, j] * img[i:i + f, j:j + f]" in found


def test_functions_get_backward_functions_of_their_own_that_use_what_was_kept() -> None:
    found = rows("own_funcs.py")
    assert "def backward_propagation(dA2, X, parameters, cache):" in found
    assert "A1, A2 = cache['A1'], cache['A2']" in found
    assert "dZ1 = dA1 * (1 - A1 ** 2)" in found


def test_every_line_knows_its_forward_line() -> None:
    made = derive_file(PROGRAMS / "own_two.py")
    line = next(one for one in made.lines if one.text.strip() == "dz1 = dh1 * (h1 > 0)")
    assert line.forward == "h1 = np.maximum(0, z1)"
    assert line.shape == (6, 5)
