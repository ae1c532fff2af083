"""Right updates, in many manners: nothing is found, and the rule is known where it is one of the usual."""

import pytest

from .programs import audited

EACH = "for k in P:\n    "

RIGHT = [
    ("plain", EACH + "P[k] -= lr * G[k]", "gradient descent"),
    ("plain, new value", EACH + "P[k] = P[k] - lr * G[k]", "gradient descent"),
    ("plain, plus minus", EACH + "P[k] += -lr * G[k]", "gradient descent"),
    ("plain, in place", EACH + "P[k][...] = P[k] - lr * G[k]", "gradient descent"),
    ("rate falls", EACH + "P[k] -= lr / (1 + 0.1 * t) * G[k]", "gradient descent"),
    ("cosine", "rate = lr * (1 + np.cos(np.pi * t / 9)) / 2\n" + EACH + "P[k] -= rate * G[k]", "gradient descent"),
    ("warm-up", "rate = lr * min(1, t / 5)\n" + EACH + "P[k] -= rate * G[k]", "gradient descent"),
    ("other rate for biases", EACH + "P[k] -= (lr if P[k].ndim == 2 else 2 * lr) * G[k]", "gradient descent"),
    ("decay", EACH + "P[k] -= lr * (G[k] + 0.1 * P[k])", None),
    ("decay of weights alone", EACH + "P[k] -= lr * (G[k] + (0.1 * P[k] if P[k].ndim == 2 else 0))", None),
    ("decay apart", EACH + "P[k] = (1 - lr * 0.1) * P[k] - lr * G[k]", None),
    ("momentum", EACH + "M[k] = mu * M[k] - lr * G[k]\n    P[k] = P[k] + M[k]", "momentum"),
    ("momentum, rate outside", EACH + "M[k] = mu * M[k] + G[k]\n    P[k] -= lr * M[k]", "momentum"),
    ("momentum, average", EACH + "M[k] = mu * M[k] + (1 - mu) * G[k]\n    P[k] -= lr * M[k]", "momentum"),
    ("momentum, in place", EACH + "M[k] *= mu\n    M[k] -= lr * G[k]\n    P[k] += M[k]", "momentum"),
    (
        "Nesterov",
        EACH + "old = M[k]\n    M[k] = mu * M[k] - lr * G[k]\n    P[k] = P[k] - mu * old + (1 + mu) * M[k]",
        "Nesterov momentum",
    ),
    (
        "Nesterov, by the gradient",
        EACH + "M[k] = mu * M[k] + G[k]\n    P[k] -= lr * (G[k] + mu * M[k])",
        "Nesterov momentum",
    ),
    ("Adagrad", EACH + "S[k] = S[k] + G[k] ** 2\n    P[k] -= lr * G[k] / (np.sqrt(S[k]) + eps)", "Adagrad"),
    ("Adagrad, root of both", EACH + "S[k] += G[k] * G[k]\n    P[k] -= lr * G[k] / np.sqrt(S[k] + eps)", "Adagrad"),
    (
        "RMSProp",
        EACH + "S[k] = beta1 * S[k] + (1 - beta1) * G[k] ** 2\n    P[k] -= lr * G[k] / (np.sqrt(S[k]) + eps)",
        "RMSProp",
    ),
    (
        "RMSProp, another sum",
        EACH + "S[k] += (1 - beta1) * (G[k] ** 2 - S[k])\n    P[k] -= lr * G[k] / (np.sqrt(S[k]) + eps)",
        "RMSProp",
    ),
    (
        "Adam",
        EACH + "M[k] = beta1 * M[k] + (1 - beta1) * G[k]\n    S[k] = beta2 * S[k] + (1 - beta2) * G[k] ** 2\n"
        "    m_hat = M[k] / (1 - beta1 ** t)\n    v_hat = S[k] / (1 - beta2 ** t)\n"
        "    P[k] = P[k] - lr * m_hat / (np.sqrt(v_hat) + eps)",
        "Adam",
    ),
    (
        "Adam, rate corrected",
        EACH + "M[k] = beta1 * M[k] + (1 - beta1) * G[k]\n    S[k] = beta2 * S[k] + (1 - beta2) * G[k] ** 2\n"
        "    rate = lr * np.sqrt(1 - beta2 ** t) / (1 - beta1 ** t)\n    P[k] -= rate * M[k] / (np.sqrt(S[k]) + eps)",
        "Adam",
    ),
    (
        "Adam with a falling rate",
        EACH + "M[k] = beta1 * M[k] + (1 - beta1) * G[k]\n    S[k] = beta2 * S[k] + (1 - beta2) * G[k] ** 2\n"
        "    P[k] -= lr / t * (M[k] / (1 - beta1 ** t)) / (np.sqrt(S[k] / (1 - beta2 ** t)) + eps)",
        "Adam",
    ),
    ("clipped by value", EACH + "P[k] -= lr * np.clip(G[k], -0.2, 0.2)", None),
    (
        "clipped by norm",
        "norm = np.sqrt(sum(np.sum(g ** 2) for g in G.values()))\nscale = min(1, 0.5 / norm)\n"
        + EACH
        + "P[k] -= lr * scale * G[k]",
        "gradient descent",
    ),
    ("sign of the gradient", EACH + "P[k] -= lr * np.sign(G[k])", None),
    ("noise", EACH + "P[k] -= lr * (G[k] + rng.normal(size=P[k].shape))", None),
]


@pytest.mark.parametrize(("update", "rule"), [case[1:] for case in RIGHT], ids=[case[0] for case in RIGHT])
def test_nothing_is_found(update: str, rule: str | None) -> None:
    _, found = audited(update)
    assert not found.findings
    assert rule is None or (found.rule is not None and found.rule.name == rule)
