"""scikit-learn's checks of every estimator, and its own tests of these two."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from sklearn.utils.estimator_checks import parametrize_with_checks

from chainrule.sklearn import MLPClassifier, MLPRegressor

ROOT = Path(__file__).parents[2]


@pytest.mark.filterwarnings("ignore")  # the checks fit briefly and on odd data, and judge the warnings themselves
@parametrize_with_checks([MLPClassifier(max_iter=100), MLPRegressor(max_iter=100)])  # type: ignore[untyped-decorator]
def test_estimator_checks(estimator: Any, check: Any) -> None:
    check(estimator)


def test_their_own_tests() -> None:
    command = [sys.executable, "-m", "tests.estimator.own_tests", "-q"]
    outcome = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert outcome.returncode == 0, outcome.stdout + outcome.stderr
