"""docs/derivation.md is held to the source: its numbers are computed there (its code and links: tests/docs)."""

from __future__ import annotations

import ast
import math
import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import chainrule.network
from chainrule.checking.numerical import numerical_gradient, relative_error
from chainrule.network import first_report, second_report, stack
from chainrule.network.parameters import Architecture, Parameters

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "derivation.md").read_text(encoding="utf-8")
SOURCE = Path(chainrule.network.__file__).parent
REPORTS = ("first_report.py", "second_report.py")
QUOTES = re.findall(r"\]\(\.\./src/chainrule/network/(\w+\.py)\):\n\n```python\n(.*?)```", PAGE, re.DOTALL)


def squeezed(text: str) -> str:
    return re.sub(r"\s+", "", text)


def sources(*names: str) -> str:
    return squeezed("\n".join((SOURCE / name).read_text(encoding="utf-8") for name in names))


def test_every_block_of_code_names_its_file() -> None:
    assert len(QUOTES) == PAGE.count("```python") >= 8


def test_code_inside_sentences_is_a_file_or_stands_in_the_source() -> None:
    everything = sources(*[path.name for path in SOURCE.glob("*.py")])
    prose = re.sub(r"```.*?```", "", PAGE, flags=re.DOTALL)
    spans = re.findall(r"`([^`\n]+)`", prose)
    assert len(spans) > 40
    for span in spans:
        assert (ROOT / span).is_file() if "/" in span and span.endswith(".py") else squeezed(span) in everything, span


def test_the_table_of_three_ways_quotes_each_from_its_own_file() -> None:
    table = PAGE.partition("## Three ways to write it")[2]
    rows = [line.strip("| ").split(" | ") for line in table.splitlines() if line.startswith("| ")][2:]
    columns = [
        sources(*[path.name for path in SOURCE.glob("*.py") if path.name not in REPORTS]),
        *map(sources, REPORTS),
    ]
    assert len(rows) == 14
    for row in rows:
        for cell, source in zip(row[1:], columns, strict=True):
            spans = re.findall(r"`([^`]+)`", cell)
            assert spans, row
            assert all(squeezed(span) in source for span in spans), cell


def numbers_of_the_page() -> dict[str, Any]:
    """Return every ``name = numbers`` of the worked example."""
    lines = "".join(re.findall(r"```text\n(.*?)```", PAGE, re.DOTALL)).splitlines()
    pairs = [line.split(" = ") for line in lines]
    assert len({name for name, _ in pairs}) == len(pairs)
    return {name: np.array(ast.literal_eval(literal)) for name, literal in pairs}


Example = tuple[Parameters, np.ndarray, np.ndarray, float, dict[str, Any]]


@pytest.fixture
def example() -> Example:
    page = numbers_of_the_page()
    parameters = Parameters.zeros(Architecture(2, (3,), 2), np.float64)
    for name in parameters:
        parameters[name][...] = page.pop(name)
    return parameters, page.pop("X"), page.pop("y"), float(page.pop("reg")), page


def test_the_worked_example_is_what_the_code_computes(example: Example) -> None:
    parameters, X, y, reg, page = example
    forward = stack.forward(parameters, X)
    parts = stack.loss(parameters, forward.scores, y, reg)
    backward = stack.backward(parameters, forward, y, reg)
    wrong_dz1 = np.where(backward.values["da1"] < 0, 0, backward.values["da1"])
    computed = {
        **{name: forward.values[name] for name in ("z1", "a1", "scores", "probs")},
        "losses": -np.log(forward.probs[[0, 1], y]),
        "data_loss": parts.data,
        "penalties": parts.penalties,
        "loss": parts.total,
        **{name: backward.values[name] for name in ("dscores", "dW2", "db2", "da1", "dz1", "dW1", "db1")},
        "wrong_dz1": wrong_dz1,
        "wrong_dW1": X.T @ wrong_dz1 + 2 * reg * parameters["W1"],
        "wrong_db1": wrong_dz1.sum(axis=0),
    }
    assert page.keys() == computed.keys()
    for name, value in computed.items():
        np.testing.assert_allclose(page[name], value, rtol=1e-14, atol=2e-16, err_msg=name)
        assert page[name].shape == np.shape(value), name


def test_the_worked_example_by_other_ways(example: Example) -> None:
    """A closed form, both reports' code and finite differences come to the page's numbers too."""
    parameters, X, y, reg, page = example
    W1, b1, W2, b2 = (parameters[name] for name in ("W1", "b1", "W2", "b2"))
    by_hand = [1 / (1 + math.exp(-0.5)), 1 / (1 + math.exp(-0.75))]
    np.testing.assert_allclose(page["probs"][:, 0], by_hand, rtol=1e-15)

    (data_loss, *penalties), dW1, dW2 = first_report.loss_and_gradients(
        X, y, np.vstack([W1, b1]), np.vstack([W2, b2]), reg
    )
    np.testing.assert_allclose([page["data_loss"], *page["penalties"]], [data_loss, *penalties], rtol=1e-14)
    np.testing.assert_allclose(np.vstack([page["dW1"], page["db1"]]), dW1, rtol=1e-13)
    np.testing.assert_allclose(np.vstack([page["dW2"], page["db2"]]), dW2, rtol=1e-13)
    loss, named = second_report.loss_and_gradients(X, y, W1, b1, W2, b2, reg)
    np.testing.assert_allclose(page["loss"], loss, rtol=1e-14)

    def total_loss() -> float:
        return stack.loss(parameters, stack.forward(parameters, X).scores, y, reg).total

    for name in parameters:
        np.testing.assert_allclose(page[f"d{name}"], named[f"d{name.lower()}"], rtol=1e-13)
        assert relative_error(page[f"d{name}"], numerical_gradient(total_loss, parameters[name])) < 1e-8


def test_the_example_shows_what_is_said_of_the_wrong_mask(example: Example) -> None:
    page = example[-1]
    on, positive = page["z1"] > 0, page["da1"] > 0
    cases = [np.argwhere(case).tolist() for case in (on & positive, on & ~positive, ~on & positive, ~on & ~positive)]
    told = re.findall(r"\| (\(\d, \d\)(?:, \(\d, \d\))?) \|$", PAGE, re.MULTILINE)
    assert [[list(np.subtract(pair, 1)) for pair in ast.literal_eval(f"[{cell}]")] for cell in told] == cases
    np.testing.assert_allclose(page["dscores"].sum(axis=1), 0, atol=1e-16)
    assert (page["wrong_db1"] >= 0).all()
    assert page["db1"][1] < 0 < page["wrong_db1"][1]
    assert np.vdot(page["wrong_db1"], page["db1"]) < 0


@pytest.mark.parametrize("N", [1, 6])
def test_what_is_said_of_the_wrong_mask_in_general(N: int) -> None:
    """In z1 the wrong direction is never uphill, with a batch of one not in W1 either; its db1 is never negative."""
    rng = np.random.default_rng(N)
    architecture = Architecture(4, (5,), 3)
    lost = 0
    for _ in range(50):
        parameters = Parameters(architecture, rng.normal(size=architecture.n_parameters))
        X, y = rng.normal(size=(N, 4)), rng.integers(0, 3, N)
        backward = stack.backward(parameters, stack.forward(parameters, X), y, 0.0)
        right, wrong = backward.values["dz1"], np.maximum(backward.values["da1"], 0)
        kept = (right != 0) & (wrong != 0)
        np.testing.assert_allclose(np.vdot(wrong, right), (right[kept] ** 2).sum(), rtol=1e-12)
        assert (wrong.sum(axis=0) >= 0).all()
        lost += np.vdot(X.T @ wrong, X.T @ right) < 0
    assert (lost == 0) if N == 1 else (lost > 0)


def test_translation_invariance_as_told() -> None:
    with np.errstate(over="ignore"):
        assert np.isinf(np.exp(710.0))
    assert np.isfinite(np.exp(709.0))


def test_the_bent_kink_is_two_hidden_layers_of_four_units() -> None:
    """max(0, x2 - max(0, x1)), from relu(x1), relu(x2), relu(-x2) and one unit above them."""
    parameters = Parameters.zeros(Architecture(2, (3, 1), 1), np.float64)
    parameters["W1"][...] = [[1, 0, 0], [0, 1, -1]]
    parameters["W2"][...] = [[-1], [1], [-1]]
    parameters["W3"][...] = 1
    X = np.random.default_rng(0).normal(size=(50, 2))
    expected = np.maximum(0, X[:, 1] - np.maximum(0, X[:, 0]))
    np.testing.assert_allclose(stack.forward(parameters, X).scores[:, 0], expected, rtol=1e-13, atol=1e-15)
