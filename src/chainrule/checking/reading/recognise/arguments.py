"""What a constructor, an initialiser or a training function is given."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Collection, Mapping
from typing import Any

from chainrule.checking.reading.recognise.sequence import Unbound
from chainrule.checking.reading.recognise.vocabulary import role


def arguments(
    function: Callable[..., Any], known: Mapping[str, Any], always: Collection[str], skip: int = 0
) -> dict[str, Any]:
    """Return arguments by name: what they are for is told from their names.

    Parameters
    ----------
    function : callable
    known : mapping
        What may be given, by what it is for; several hidden sizes are given in their order.
    always : collection of str
        What is given even where there is a default.
    skip : int
        So many arguments, from the first, are left out.

    Raises
    ------
    Unbound
        If an argument without a default is for nothing that is known.
    """
    given: dict[str, Any] = {}
    hidden = iter(known["hidden"])
    for parameter in list(inspect.signature(function).parameters.values())[skip:]:
        meaning = role(parameter.name)
        needed = parameter.default is parameter.empty
        if meaning == "D" and isinstance(parameter.default, tuple):
            raise Unbound(f"{parameter.name} is the size of an image")
        if parameter.kind in (parameter.VAR_POSITIONAL, parameter.VAR_KEYWORD):
            continue
        if meaning == "H":
            given[parameter.name] = next(hidden, known["H"])
        elif meaning in known and (needed or meaning in always):
            given[parameter.name] = known[meaning]
        elif needed:
            raise Unbound(f"what is given for {parameter.name} is unknown")
    return given
