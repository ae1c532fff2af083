"""The shapes of arrays, checked while the tests run: every call is held to what its annotations say of its arrays.

Types of other things are mypy's to check: the tests of bad input pass wrong ones on purpose.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, get_args

import jaxtyping
from beartype import beartype
from jaxtyping import AbstractArray

CHECKED = [
    "chainrule.checking.door",
    "chainrule.checking.numerical",
    "chainrule.data",
    "chainrule.display",
    "chainrule.estimator",
    "chainrule.export",
    "chainrule.network",
    "chainrule.report",
    "chainrule.runs",
    "chainrule.saved_run",
    "chainrule.tensor_file",
    "chainrule.training",
    "chainrule.tuning.ensemble",
    "chainrule.tuning.population.population",
    "chainrule.tuning.population.scores",
    "chainrule.two_layer",
]
"""Where arrays change hands; not the compiled loops, whose door checks shapes whenever they run."""


def check_shapes() -> None:
    """From here on, hold what is imported from these modules to its annotations."""
    jaxtyping.install_import_hook(CHECKED, "tests.shapes.checked")


@contextmanager
def any_shape() -> Iterator[None]:
    """Let arrays of wrong shapes through, as they come from users: what is tested is what the code says to them."""
    jaxtyping.config.update("jaxtyping_disable", True)
    try:
        yield
    finally:
        jaxtyping.config.update("jaxtyping_disable", False)


def checked(function: Callable[..., Any]) -> Callable[..., Any]:
    """Return a function that is held to its annotations of arrays; jaxtyping hands over each of these modules."""
    function.__annotations__ = {
        name: annotation for name, annotation in function.__annotations__.items() if _has_arrays(annotation)
    }
    return beartype(function)


def _has_arrays(annotation: Any) -> bool:
    is_array = isinstance(annotation, type) and issubclass(annotation, AbstractArray)
    return is_array or any(map(_has_arrays, get_args(annotation)))
