"""Wrong updates: each is found, by its kind and in its line."""

import pytest

from chainrule.checking.updates.findings import Kind

from .programs import audited, judged, lines, program_of

EACH = "for k in P:\n    "
ONE_BY_ONE = "P['W'] -= lr * G['W']\nP['b'] -= lr * G['b']\nP['V'] -= lr * G['V']\nP['c'] -= lr * G['c']"
MOMENTUM = EACH + "M[k] = mu * M[k] - lr * G[k]\n    P[k] = P[k] + M[k]"
ADAM = (
    EACH + "M[k] = beta1 * M[k] + (1 - beta1) * G[k]\n    S[k] = beta2 * S[k] + (1 - beta2) * G[k] ** 2\n"
    "    m_hat = M[k] / (1 - beta1 ** t)\n    v_hat = S[k] / (1 - beta2 ** t)\n"
    "    P[k] = P[k] - lr * m_hat / (np.sqrt(v_hat) + eps)"
)
RMSPROP = EACH + "S[k] = beta1 * S[k] + (1 - beta1) * G[k] ** 2\n    P[k] -= lr * G[k] / (np.sqrt(S[k]) + eps)"
ADAGRAD = EACH + "S[k] = S[k] + G[k] ** 2\n    P[k] -= lr * G[k] / (np.sqrt(S[k]) + eps)"

WRONG = [
    ("sign of one", ONE_BY_ONE, "P['b'] -=", "P['b'] +=", Kind.SIGN, "2"),
    ("sign of all", EACH + "P[k] -= lr * G[k]", "-=", "+=", Kind.SIGN, "2"),
    ("other gradient", ONE_BY_ONE, "P['W'] -= lr * G['W']", "P['W'] -= lr * G['W'].mean()", Kind.OTHER_GRADIENT, "1"),
    ("the value itself", ONE_BY_ONE, "lr * G['b']", "lr * P['b']", Kind.OTHER_GRADIENT, "2"),
    ("left out", ONE_BY_ONE, "\nP['b'] -= lr * G['b']", "", Kind.NEVER_MOVES, "1"),
    ("under another name", ONE_BY_ONE, "P['b'] -= lr * G['b']", "G['b'] = P['b'] - lr * G['b']", Kind.NEVER_MOVES, "2"),
    ("all under another name", EACH + "P[k] = P[k] - lr * G[k]", "    P[k] =", "    G[k] =", Kind.NEVER_MOVES, "2"),
    ("replaced", ONE_BY_ONE, "P['V'] -=", "P['V'] = -", Kind.REPLACED, "3"),
    ("batch", ONE_BY_ONE, "G['V']", "G['V'] / len(X)", Kind.BATCH, "3"),
    ("velocity up", MOMENTUM, "P[k] + M[k]", "P[k] - M[k]", Kind.SIGN, "3"),
    ("not reset", MOMENTUM, "mu * M[k]", "M[k]", Kind.NOT_RESET, "2"),
    ("absolute value", ADAM, "G[k] ** 2", "abs(G[k])", Kind.SECOND_MOMENT, "3"),
    ("first correction", ADAM, "m_hat = M[k] / (1 - beta1 ** t)", "m_hat = M[k]", Kind.CORRECTION_MISSING, "4"),
    ("second correction", ADAM, "v_hat = S[k] / (1 - beta2 ** t)", "v_hat = S[k]", Kind.CORRECTION_MISSING, "5"),
    ("first kept", ADAM, "m_hat = M[k] /", "m_hat = M[k] = M[k] /", Kind.CORRECTION_KEPT, "4"),
    ("second kept", ADAM, "v_hat = S[k] /", "v_hat = S[k] = S[k] /", Kind.CORRECTION_KEPT, "5"),
    ("other beta", ADAM, "1 - beta2 ** t", "1 - beta1 ** t", Kind.CORRECTION_WRONG, "5"),
    ("no root", ADAM, "np.sqrt(v_hat)", "v_hat", Kind.ROOT_MISSING, "6"),
    ("first not kept", ADAM, "beta1 * M[k] + ", "", Kind.STATE_NOT_KEPT, "2"),
    ("RMSProp, no root", RMSPROP, "np.sqrt(S[k])", "S[k]", Kind.ROOT_MISSING, "3"),
    ("RMSProp, no square", RMSPROP, "G[k] ** 2", "np.abs(G[k])", Kind.SECOND_MOMENT, "2"),
    ("RMSProp, up", RMSPROP, "P[k] -=", "P[k] +=", Kind.SIGN, "3"),
    ("Adagrad, no root", ADAGRAD, "np.sqrt(S[k])", "S[k]", Kind.ROOT_MISSING, "3"),
    ("Adagrad, no square", ADAGRAD, "G[k] ** 2", "np.abs(G[k])", Kind.SECOND_MOMENT, "2"),
    ("decay", EACH + "P[k] -= lr * (G[k] + 0.1 * P[k])", "+ 0.1", "- 0.1", Kind.DECAY_SIGN, "2"),
]


@pytest.mark.parametrize(
    ("right", "old", "new", "kind", "line"), [one[1:] for one in WRONG], ids=[one[0] for one in WRONG]
)
def test_a_mistake_is_found_in_its_line(right: str, old: str, new: str, kind: Kind, line: str) -> None:
    wrong = right.replace(old, new, 1)
    assert wrong != right
    tape, found = audited(wrong)
    assert kind in {one.kind for one in found.findings}
    finding = next(one for one in found.findings if one.kind is kind)
    assert lines(tape, finding.statements)[0] == line


def test_it_is_mended_when_the_line_is() -> None:
    _, found = audited(ONE_BY_ONE.replace("P['b'] -=", "P['b'] +="))
    for update, mended in ((ONE_BY_ONE, True), (ONE_BY_ONE.replace("P['c'] -=", "P['c'] +="), False)):
        _, training, judgement = judged(program_of(update))
        assert found.is_mended(training, judgement) is mended


FIXES = {
    "sign of one",
    "sign of all",
    "under another name",
    "all under another name",
    "replaced",
    "velocity up",
    "first kept",
}


@pytest.mark.parametrize(("right", "old", "new"), [one[1:4] for one in WRONG if one[0] in FIXES])
def test_its_fix_mends_it(right: str, old: str, new: str) -> None:
    wrong = right.replace(old, new, 1)
    _, found = audited(wrong)
    text = program_of(wrong).text.split("\n")
    fixes = {fix for one in found.findings for fix in one.fix}
    assert fixes
    for line, end_line, mended in fixes:
        text[line - 1 : end_line] = [mended]
    program = program_of(wrong).changed("\n".join(text))
    _, training, judgement = judged(program)
    assert found.is_mended(training, judgement)
