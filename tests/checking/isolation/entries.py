"""Functions that the tests run in isolation; they go on to run a text, as a stranger's program would be."""

from __future__ import annotations

from typing import Any

import numpy as np

from chainrule.checking.isolation.linux import keeper, sandbox
from chainrule.checking.isolation.promises import UnavailableError

LOADED = np.sum([1.0, 2.0])


def run_text(request: dict[str, Any]) -> dict[str, Any]:
    """Run a text, with the request's values as its names, and return what it leaves in ``answer``."""
    namespace: dict[str, Any] = {**request}
    exec(request["text"], namespace)
    return {"answer": namespace.get("answer")}


def return_text(request: dict[str, Any]) -> Any:
    """Return what the text evaluates to, be it a dictionary or not."""
    return eval(request["text"])


def unavailable(*_: object) -> tuple[str, ...]:
    """Stand for a layer on a system that does not offer it."""
    raise UnavailableError("turned off by the test")


def turn_off(*layers: str) -> None:
    """Take layers away from all runs that are forked from here."""
    for layer in layers:
        setattr(keeper if hasattr(keeper, layer) else sandbox, layer, unavailable)
