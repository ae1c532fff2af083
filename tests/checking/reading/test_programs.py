"""Programs in every style: each is found, and the gradients that it is read to give are the numerical ones."""

from __future__ import annotations

import time
from pathlib import Path

import numpy as np
import pytest

from chainrule.checking.experiment import Case, Experiment
from chainrule.checking.numerical import numerical_gradient, relative_error
from tests.checking.reading.conftest import PROGRAMS, loaded

EVERYTHING = sorted(path.name.removesuffix(".py.txt") for path in PROGRAMS.glob("*.py.txt"))
RIGHT = [name for name in EVERYTHING if not name.startswith("crash_")]
CRASHING = {
    "crash_transpose": ("TwoLayerNet.loss", 30),
    "crash_keepdims": ("TwoLayerNet.loss", 24),
    "crash_layer": ("affine_backward", 9),
    "crash_stages": ("forward + cross_entropy + backward", 29),
    "crash_script": ("training loop", 37),
    "crash_index": ("loss_function", 9),
}
KINDS = {"class": "class", "function": "function", "stages": "stages", "script": "script", "layers": "layers"}
WITH_PENALTY = {
    *("class_loss", "class_attributes", "class_deep", "class_bias_row", "function_arguments", "function_model"),
    "class_fixed_sizes",
    *(
        "function_dictionary",
        "function_softmax_loops",
        "function_globals",
        "function_unrolled",
        "stages_regularised",
        "script_spiral",
    ),
}


def worst_error(case: Case) -> float:
    """Return the largest relative error of all gradients; of a large parameter, of the first row only."""
    result = case.run()
    assert result.gradients.keys() == case.parameters.keys()
    errors = []
    for name, value in case.parameters.items():
        part = value if value.size <= 200 else value[:1]
        numerical = numerical_gradient(lambda: case.run().loss, part)
        gradient = result.gradients[name].reshape(value.shape)[: len(part)] if value.ndim else result.gradients[name]
        errors.append(relative_error(np.reshape(gradient, part.shape), numerical))
    return max(errors)


@pytest.mark.parametrize("name", RIGHT)
@pytest.mark.parametrize("reg", [0.0, 0.3])
@pytest.mark.parametrize("size", [0, -1])
def test_gradients_are_the_numerical_ones(name: str, reg: float, size: int) -> None:
    found = loaded(name)
    assert found.target.kind == KINDS[name.partition("_")[0]]
    for experiment in found.experiments:
        draws = (experiment.draw(seed, reg, experiment.sizes[size]) for seed in (3, 4))  # one may be near a kink
        assert any(worst_error(case) < 1e-5 for case in draws), experiment.name


@pytest.mark.parametrize("name", RIGHT)
def test_a_case_gives_the_same_again(name: str) -> None:
    experiment = loaded(name).experiments[0]
    first, second = (experiment.draw(1, 0.2, experiment.sizes[0]) for _ in range(2))
    results = [first.run(), first.run(), second.run()]
    before = {key: value.copy() for key, value in first.parameters.items()}
    for result in results[1:]:
        assert result.loss == results[0].loss
        for key, gradient in result.gradients.items():
            np.testing.assert_array_equal(gradient, results[0].gradients[key])
    for key, value in first.parameters.items():
        np.testing.assert_array_equal(value, before[key])


@pytest.mark.parametrize("name", RIGHT)
def test_whether_the_penalty_can_be_set(name: str) -> None:
    assert loaded(name).experiments[0].takes_reg == (name in WITH_PENALTY)


@pytest.mark.parametrize("name", CRASHING)
def test_a_crash_comes_out_as_it_is(name: str) -> None:
    expected, line = CRASHING[name]
    found = loaded(name)
    experiment = found.experiments[0]
    assert experiment.name == expected
    case = experiment.draw(1, 0.1, experiment.sizes[0])
    with pytest.raises((ValueError, IndexError), match=r"aligned|broadcast|mismatch") as caught:
        case.run()
    lines = [entry.lineno + 1 for entry in caught.traceback if Path(entry.path).name == f"{name}.py.txt"]
    assert lines[-1] == line


def test_layers_are_compared_with_what_their_names_mean() -> None:
    experiments = {one.name: one for one in loaded("layers").experiments}
    judged = {name for name, one in experiments.items() if one.expected is not None}
    assert judged == {
        *("affine_backward", "relu_backward", "sigmoid_backward", "affine_relu_backward", "softmax_loss"),
        *("batchnorm_backward", "conv_backward_naive"),
    }
    for name in judged:
        one = experiments[name]
        assert one.expected is not None
        assert one.output is not None
        case = one.draw(2, 0.0, one.sizes[0])
        output, accepted = one.output(case), one.expected(case)
        assert any(output.shape == other.shape and np.allclose(output, other, rtol=1e-12) for other in accepted), name


def test_layers_that_a_network_calls_are_checked_with_it() -> None:
    assert [one.name for one in loaded("stages_deep").experiments] == [
        "L_model_forward + compute_cost + L_model_backward"
    ]


def test_a_name_picks_one() -> None:
    assert [one.name for one in loaded("layers", "relu_backward").experiments] == ["relu_backward"]


def overhead(experiment: Experiment) -> float:
    case = experiment.draw(1, 0.1, experiment.sizes[0])
    case.run()
    best = 1.0
    for _ in range(5):
        start = time.perf_counter()
        for _ in range(50):
            case.run()
        best = min(best, (time.perf_counter() - start) / 50)
    return best


def test_a_run_costs_little_more_than_the_code() -> None:
    assert overhead(loaded("layers", "relu_backward").experiments[0]) < 200e-6


@pytest.mark.parametrize(
    ("name", "examples", "labels"),
    [
        ("class_one_example", "one at a time", "integers"),
        ("class_made_in_fit", "rows", "0 or 1"),
        ("stages_labels_in_rows", "columns", "one-hot"),
        ("function_characters", "a sequence", "integers"),
    ],
)
def test_form_of_the_inputs(name: str, examples: str, labels: str) -> None:
    conventions = loaded(name).experiments[0].conventions

    assert (conventions["examples"], conventions["labels"]) == (examples, labels)


def test_sizes_that_a_constructor_fixes() -> None:
    assert {(one.D, one.hidden, one.C) for one in loaded("class_fixed_sizes").experiments[0].sizes} == {(2, (3,), 1)}
