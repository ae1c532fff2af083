"""The judge of repairs: the same numbers are right, others are not."""

from __future__ import annotations

import math

import pytest

from tests.checking.corpus.oracle import Outcome, is_right, run, same


@pytest.mark.parametrize(
    ("other", "expected"),
    [
        ((1.0, 1e-3, 0.0), True),
        ((1.0 + 1e-8, 1e-3, 1e-17), True),
        ((1.0, 1.00001e-3, 0.0), False),
        ((1.0, 1e-3, 1e-9), False),
        ((-1.0, 1e-3, 0.0), False),
        ((1.0, 1e-3, math.nan), False),
        ((1.0, 1e-3, math.inf), False),
        ((1.0, 1e-3), False),
        ((), False),
    ],
)
def test_same_numbers(other: tuple[float, ...], expected: bool) -> None:
    assert same((1.0, 1e-3, 0.0), other) is expected
    assert same(other, (1.0, 1e-3, 0.0)) is expected


def test_what_diverges_alike_is_the_same() -> None:
    assert same((math.nan, math.inf), (math.nan, math.inf))
    assert not same((math.inf,), (-math.inf,))


def test_a_program_runs_as_the_main_one_and_its_prints_are_not_its_numbers() -> None:
    text = "import sys\nif __name__ == '__main__':\n    w = 2.0\n    print('[1]')\n    sys.exit()\n"
    assert run(text, "result = [w, ns['w'] + 1, np.float32(0.5)]") == Outcome((2.0, 3.0, 0.5))


def test_a_program_that_fails_is_not_right() -> None:
    assert run("w = 1 / 0", "result = [w]").error == "ZeroDivisionError: division by zero"
    assert run("w = 1", "result = [v]").error == "NameError: name 'v' is not defined"
    assert run("while True: pass", "", seconds=0.2).error == "still running after 0.2 seconds"
    assert run("import os; os._exit(3)", "").error == "ended with 3 and said nothing"
    assert not is_right("w = 1 / 0", "result = [w]", Outcome(error="ZeroDivisionError"))


def test_another_number_is_not_right() -> None:
    assert is_right("w = 1 + 1", "result = [w]", Outcome((2.0,)))
    assert not is_right("w = 1 + 2", "result = [w]", Outcome((2.0,)))
