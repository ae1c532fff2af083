"""Right programs that step, sample or count in other ways: nothing is found in them."""

from __future__ import annotations

import pytest

from tests.checking.teaching.conftest import Taught, planted
from tests.checking.teaching.programs import ADAM, COURSE

STEP = "                self.params[name] -= learning_rate * grads[name]\n"
KEPT = """\
        history = []
        kept = {k: np.zeros_like(p) for k, p in self.params.items()}
        momentum = 0.9
"""

NESTEROV = """\
                before = kept[name]
                kept[name] = momentum * before - learning_rate * grads[name]
                self.params[name] += -momentum * before + (1 + momentum) * kept[name]
"""
DAMPENED = """\
                kept[name] = momentum * kept[name] + (1 - momentum) * grads[name]
                self.params[name] -= learning_rate * kept[name]
"""
RMSPROP = """\
                kept[name] = momentum * kept[name] + (1 - momentum) * grads[name] ** 2
                self.params[name] -= learning_rate * grads[name] / (np.sqrt(kept[name]) + 1e-8)
"""
ADAGRAD = """\
                kept[name] += grads[name] ** 2
                self.params[name] -= learning_rate * grads[name] / (np.sqrt(kept[name]) + 1e-8)
"""
CLIPPED = "                self.params[name] -= learning_rate * np.clip(grads[name], -0.01, 0.01)\n"


@pytest.mark.parametrize("step", [NESTEROV, DAMPENED, RMSPROP, ADAGRAD, CLIPPED])
def test_other_update_rules(step: str, taught: Taught) -> None:
    program = planted(planted(COURSE, STEP, step), "        history = []\n", KEPT)

    assert taught(program).findings == ()


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("mhat / (np.sqrt(vhat) + 1e-8)", "(mhat / (np.sqrt(vhat) + 1e-8) + 0.01 * self.params[k])"),
        ("lr * mhat / (np.sqrt(vhat) + 1e-8)", "lr * np.sqrt(1 - beta2 ** t) * mhat / (np.sqrt(v[k]) + 1e-8)"),
        ("vhat = v[k] / (1 - beta2 ** t)", "vhat = np.maximum(v[k], v[k].mean())"),
    ],
)
def test_relatives_of_adam(old: str, new: str, taught: Taught) -> None:
    assert taught(planted(ADAM, old, new)).findings == ()


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("np.random.choice(num_train, batch_size)", "np.arange(it * batch_size, (it + 1) * batch_size) % num_train"),
        ("X_batch = X[indices]", "X_batch = X[indices] + 0.01 * np.random.randn(len(indices), X.shape[1])"),
        ("            history.append(loss)\n", "            history.append(self.loss(X_val, y_val, reg)[0])\n"),
        ("            history.append(loss)\n", "            history.append(self.loss(X, y, reg)[0])\n"),
        ("learning_rate *= learning_rate_decay", "learning_rate /= 1 + 0.01 * it"),
        ("np.argmax(self.loss(X), axis=1)", "np.array(['cat', 'dog', 'owl'])[np.argmax(self.loss(X), axis=1)]"),
    ],
)
def test_other_ways_to_sample_count_and_predict(old: str, new: str, taught: Taught) -> None:
    assert taught(planted(COURSE, old, new)).findings == ()
