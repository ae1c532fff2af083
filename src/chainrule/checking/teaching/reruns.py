"""Running a case again in other circumstances: other random numbers, or whatever the run before left behind."""

from __future__ import annotations

import random
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any
from unittest import mock

import numpy as np

from chainrule.checking.reading import seeding
from chainrule.checking.reading.recognise.state import State


@contextmanager
def seeded(seed: int, filename: str, lines: list[int]) -> Iterator[None]:
    """Have cases begin their random numbers elsewhere; lines of the file that seed by themselves are noted."""

    def other(begin: Callable[..., Any]) -> Callable[..., Any]:
        def seeds(*args: Any, **kwargs: Any) -> Any:
            caller = sys._getframe(1)
            if caller.f_code.co_filename == seeding.__file__:
                return begin(seed)
            if caller.f_code.co_filename == filename:
                lines.append(caller.f_lineno)
            return begin(*args, **kwargs)

        return seeds

    numpys, pythons = other(np.random.seed), other(random.seed)
    with mock.patch.object(np.random, "seed", numpys), mock.patch.object(random, "seed", pythons):
        yield


@contextmanager
def unrestored() -> Iterator[None]:
    """Have cases run on what their last run left, and not from a fresh state."""
    with mock.patch.object(State, "restore", return_value=None):
        yield
