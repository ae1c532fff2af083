"""What a statement could call the parameters that the program leaves out."""

from __future__ import annotations

import numpy as np

from chainrule.checking.repairs.places import Places
from chainrule.checking.repairs.scope import Scope


def unused_in(places: Places, scope: Scope) -> list[str]:
    """Return the arrays within reach that hold a parameter which the loss does not depend on."""
    parameters = places.judge.cases[places.number].parameters
    wanted = [parameters[name] for name in places.judge.unused if name in parameters]
    return [
        name
        for name, array in scope.arrays.items()
        if any(array.shape == one.shape and np.array_equal(array, one) for one in wanted)
    ]
