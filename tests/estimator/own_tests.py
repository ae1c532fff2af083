"""Run scikit-learn's own test module of its two multi-layer perceptrons with our classes in their place.

``make test-sklearn``, or ``python -m tests.estimator.own_tests [PYTEST OPTIONS]``. The module is that of the installed
scikit-learn; nothing of it is copied here.
"""

from __future__ import annotations

import sys

import pytest
import sklearn.neural_network

import chainrule.sklearn

MODULE = "sklearn.neural_network.tests.test_mlp"

CANNOT_APPLY = {
    "test_gradient": "calls a private function of scikit-learn with its private work space; ours has none of the two, "
    "and the gradients are checked in tests/network",
}
"""Tests of private internals, and why each cannot apply."""


class InTheirPlace:
    """A pytest plugin that lets scikit-learn's test module import our classes."""

    def pytest_collection(self) -> None:
        sklearn.neural_network.MLPClassifier = chainrule.sklearn.MLPClassifier
        sklearn.neural_network.MLPRegressor = chainrule.sklearn.MLPRegressor

    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        for item in items:
            module, name = getattr(item, "module", None), getattr(item, "originalname", item.name)
            assert module is not None
            assert module.MLPClassifier is chainrule.sklearn.MLPClassifier, "their class was tested, not ours"
            if name in CANNOT_APPLY:
                item.add_marker(pytest.mark.skip(reason=CANNOT_APPLY[name]))


def run(*options: str) -> int:
    """Run the tests; return pytest's exit code."""
    arguments = [
        "--pyargs",
        MODULE,
        "-p",
        "no:cacheprovider",
        "-o",
        "addopts=",
        "-o",
        "filterwarnings=",
        "-W",
        "ignore::pytest.PytestAssertRewriteWarning",  # what we import is imported before pytest begins
        "-rs",
        *options,
    ]
    return int(pytest.main(arguments, plugins=[InTheirPlace()]))


if __name__ == "__main__":
    sys.exit(run(*sys.argv[1:]))
