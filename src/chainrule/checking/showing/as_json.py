"""An answer as JSON: for users, with the keys that are promised; and whole, for the way from one process to another."""

from __future__ import annotations

import functools
import json
import math
import sys
from collections.abc import Callable, Iterable
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from chainrule.checking.answer import Answer
from chainrule.errors import ChainruleError

if TYPE_CHECKING:
    from pydantic import TypeAdapter

NO_NUMBER = sys.float_info.max
"""Stands for an error that is infinite or not a number, which JSON cannot say: it is larger than every other."""
PUBLIC = ("verdict", "target", "gradients", "findings", "notes", "seconds")


def to_json(answer: Answer) -> dict[str, Any]:
    """Return what ``--json`` prints.

    Relative errors are always numbers: one that is infinite or not a number is given as 1.7976931348623157e308.
    """
    whole = _plain(asdict(answer), lambda number: NO_NUMBER)
    public = {name: whole[name] for name in PUBLIC}
    public["notes"] = [{"line": note["line"], "message": note["message"]} for note in public["notes"]]
    return public


def json_text(answers: Answer | Iterable[Answer]) -> str:
    """Return one answer as a JSON object, or several as an array."""
    shown = to_json(answers) if isinstance(answers, Answer) else [to_json(answer) for answer in answers]
    return json.dumps(shown, indent=2, allow_nan=False) + "\n"


def to_wire(answer: Answer) -> dict[str, Any]:
    """Return the whole answer as what strict JSON can carry; a number that is not finite travels as its name."""
    wire: dict[str, Any] = _plain(asdict(answer), str)
    return wire


def _plain(value: Any, not_finite: Callable[[float], Any]) -> Any:
    """Return a value made of nothing but what JSON has; NumPy's numbers become Python's."""
    if hasattr(value, "item"):
        value = value.item()
    if isinstance(value, dict):
        return {str(key): _plain(item, not_finite) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(item, not_finite) for item in value]
    if isinstance(value, str):  # an enum's member becomes its text
        return str(value)
    if isinstance(value, float) and not math.isfinite(value):
        return not_finite(value)
    return value


def from_wire(wire: Any) -> Answer:
    """Return the answer that ``to_wire`` was given.

    The other process ran a stranger's code, so what it sends is checked.

    Raises
    ------
    ChainruleError
        If it is no answer.
    """
    from pydantic import ValidationError

    try:
        return _reader().validate_python(wire)
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(map(str, first["loc"])) or "the whole"
        raise ChainruleError(f"the check sent back what is no answer ({place}: {first['msg']})") from None


@functools.cache
def _reader() -> TypeAdapter[Answer]:
    from pydantic import TypeAdapter

    return TypeAdapter(Answer)
