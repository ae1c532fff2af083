"""NumPy as programs of all its ages know it, in 64 bits."""

from __future__ import annotations

import functools
import types
import warnings
from typing import Any

import numpy as np

from chainrule.checking.reading.standins.anything import Anything

WIDER = ("float32", "float16", "single", "half")
"""Finite differences need 64 bits: these names are those of float64."""

REMOVED: dict[str, Any] = {
    "float": float, "int": int, "bool": bool, "object": object, "str": str, "long": int, "complex": complex,
    "unicode": str, "float_": np.float64, "complex_": np.complex128, "unicode_": np.str_, "string_": np.bytes_,
    "int0": np.intp, "Inf": np.inf, "Infinity": np.inf, "infty": np.inf, "NaN": np.nan, "PINF": np.inf,
    "NINF": -np.inf, "product": np.prod, "cumproduct": np.cumprod, "alltrue": np.all, "sometrue": np.any,
    "round_": np.round, "row_stack": np.vstack, "in1d": np.isin, "trapz": np.trapezoid, "mat": np.asmatrix,
    "asscalar": lambda a: np.asarray(a).item(), "asfarray": lambda a: np.asarray(a, np.float64),
    "msort": lambda a: np.sort(a, axis=0),
}  # fmt: skip
"""What NumPy 1.20 to 2.4 took away, as it was."""


def numpy_of_all_ages() -> types.ModuleType:
    """Return a module that is NumPy with these differences; NumPy itself stays as it is."""
    module = types.ModuleType("numpy", np.__doc__)
    module.__dict__.update(np.__dict__)
    for name, value in REMOVED.items():
        module.__dict__.setdefault(name, value)
    module.__dict__.update(bool=bool)  # NumPy 2 has it again; a Python bool behaves as in 1.x
    module.__dict__.update(dict.fromkeys(WIDER, np.float64))
    module.__dict__.update(array=_ragged_too(np.array), asarray=_ragged_too(np.asarray))
    module.__dict__["__getattr__"] = lambda name: getattr(np, name)
    return module


def _ragged_too(make: Any) -> Any:
    """Return ``np.array`` as it was: rows of different lengths become an array of objects (and anything stays it)."""

    @functools.wraps(make)
    def array(*args: Any, **kwargs: Any) -> Any:
        if args and isinstance(args[0], Anything):
            return args[0]
        try:
            return make(*args, **kwargs)
        except ValueError as error:
            if "inhomogeneous" not in str(error) or "dtype" in kwargs or len(args) > 1:
                raise
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                return make(*args, dtype=object, **kwargs)

    return array
