"""What the limited process does: derive the backward pass of one file, and hand it out as plain values."""

from __future__ import annotations

import math
import warnings
from dataclasses import replace
from pathlib import Path
from typing import Any

from chainrule.checking.derive.api import derive_file
from chainrule.checking.derive.result import Derivation
from chainrule.checking.reading.cannot import CannotCheck


def derive(request: dict[str, Any]) -> dict[str, Any]:
    """Derive the backward pass of the file of a request, ``{"path": str, "name": str}``."""
    warnings.simplefilter("ignore")  # what a stranger's program is warned of is not our business
    path = Path(request["path"])
    try:
        made = derive_file(path, request["name"] or None)
    except CannotCheck as error:
        reason = str(error).replace(f"{path}: ", "").replace(str(path), path.name)
        made = Derivation(str(path), request["name"], refusals=(reason,))
    return as_wire(made)


def as_wire(made: Derivation) -> dict[str, Any]:
    """Return a derivation as JSON carries it: a number that is none is left at -1."""
    finite = made.differences if math.isfinite(made.differences) else -1.0
    gradients = tuple(replace(one, error=one.error if math.isfinite(one.error) else 1e300) for one in made.gradients)
    return replace(made, differences=finite, gradients=gradients).as_data()
