"""What runs beside the stranger's code: call our function, and bring its end home in one piece."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from typing import Any

from chainrule.checking.isolation.outcome import Kind

DETAIL = 2000
"""Characters of an exception's text that are passed on."""

leave, write = os._exit, os.write  # bound now: the stranger may exchange those in os

Function = Callable[[dict[str, Any]], dict[str, Any]]


def answer(function: Function, request: dict[str, Any]) -> bytes:
    """Return the end of the run as JSON: the value, or the kind of end and its detail."""
    try:
        return json.dumps({"value": function(request)}).encode()
    except MemoryError as error:
        return _end(Kind.MEMORY, error)
    except SystemExit as error:
        return _end(Kind.EXIT, error)
    except BaseException as error:
        return _end(Kind.ERROR, error)


def _end(kind: Kind, error: BaseException) -> bytes:
    try:
        text = str(error)[:DETAIL]
    except BaseException:
        text = "an exception that has no text"
    return json.dumps({"kind": kind, "detail": f"{type(error).__name__}: {text}"}).encode()


def write_all(channel: int, data: bytes) -> None:
    """Write to a descriptor, whatever it takes at a time."""
    view = memoryview(data)
    while view:
        view = view[write(channel, view) :]
