"""Which networks the stated objective is known of: layers told by shapes, labels in every form."""

from __future__ import annotations

import numpy as np
import pytest
from numpy import ndarray

from chainrule.checking.experiment import Case, Result, Sizes
from chainrule.checking.objective import Objective


def case(y: object, C: int, **parameters: tuple[int, ...]) -> Case:
    rng = np.random.default_rng(1)
    drawn = {name: rng.normal(size=shape) for name, shape in parameters.items()}
    sizes = Sizes(5, 4, (6,), C)
    return Case(sizes, 0.0, rng.normal(size=(5, 4)), np.asarray(y), drawn, lambda: Result(0.0, {}))


def mean_logistic_loss(one: Case, hidden: ndarray, weight: ndarray, bias: float) -> float:
    z = hidden @ weight[:, 0] + bias
    return float(np.mean(np.logaddexp(0, z) - one.y.ravel() * z))


@pytest.mark.parametrize("y", [[0, 1, 1, 0, 1], [[0.0], [1.0], [1.0], [0.0], [1.0]]])
def test_weights_to_one_output_are_no_bias(y: object) -> None:
    one = case(y, 1, W1=(4, 6), W2=(6, 1))
    objective = Objective.of(one)
    assert objective is not None

    loss = mean_logistic_loss(one, np.tanh(one.X @ one.parameters["W1"]), one.parameters["W2"], 0.0)

    convention = objective.convention(loss)
    assert convention is not None
    assert (convention.activation, convention.loss) == ("tanh", "logistic cross-entropy")


def test_weights_before_biases() -> None:
    one = case([0, 1, 1, 0, 1], 1, W1=(4, 6), W2=(6, 1), b1=(6,), b2=(1, 1))
    objective = Objective.of(one)
    assert objective is not None

    hidden = np.tanh(one.X @ one.parameters["W1"] + one.parameters["b1"])
    loss = mean_logistic_loss(one, hidden, one.parameters["W2"], float(one.parameters["b2"].item()))

    assert objective.convention(loss) is not None


def test_one_hot_labels_are_classes() -> None:
    whole = case([2, 0, 1, 1, 2], 3, W=(4, 3), b=(3,))
    wide = case(np.eye(3)[[2, 0, 1, 1, 2]], 3, W=(4, 3), b=(3,))
    first, second = Objective.of(whole), Objective.of(wide)
    assert first is not None
    assert second is not None

    convention = first.convention(first.loss(next(iter(first._losses))[0]))

    assert convention is not None
    assert first.loss(convention) == second.loss(convention)


@pytest.mark.parametrize("y", [[0.5, 1.5, 2.0, 0.1, 0.2], [[[1]]] * 5])
def test_targets_that_are_no_classes(y: object) -> None:
    assert Objective.of(case(y, 1, W=(4, 1))) is None
