"""What compiled code will not check: shapes, dtypes and ranges, seen to before it runs."""

from __future__ import annotations

import numpy as np
from numpy import ndarray

from chainrule.data.features import Features
from chainrule.errors import InputError
from chainrule.network.parameters import Parameters
from chainrule.training.engine import StepSettings, Weights
from chainrule.training.minibatches import Batches
from chainrule.training.rules import RULES

_DTYPES = "float32 or float64, C-contiguous and writeable"


def check_steps(
    weights: Weights, features: Features, y: ndarray, batches: Batches, learning_rates: ndarray, settings: StepSettings
) -> None:
    """Refuse whatever would make the steps read or write where they must not.

    Raises
    ------
    InputError
        Naming the first argument that does not fit the others.
    """
    architecture, buffer = weights.parameters.architecture, weights.parameters.buffer
    N, P, K = len(features.X), architecture.n_parameters, len(learning_rates)
    _demand(buffer.flags.writeable, "parameters", _DTYPES, _told(buffer))
    check_forward(weights.parameters, features, batches.rows)
    moments, M = weights.moments, RULES[settings.rule].n_moments if settings.rule in RULES else -1
    ok = moments.shape == (M, P) and moments.dtype == buffer.dtype
    ok = ok and moments.flags.c_contiguous and moments.flags.writeable
    _demand(ok, "moments", f"shape ({M}, {P}) for {settings.rule}, {_DTYPES}, like the parameters", _told(moments))
    ok = y.shape == (N,) and y.dtype == np.int64 and y.flags.c_contiguous
    _demand(ok, "y", f"shape ({N},) of int64, C-contiguous", _told(y))
    labels, starts = y[batches.rows], batches.starts
    ok = not labels.size or (labels.min() >= 0 and labels.max() < architecture.output_size)
    _demand(ok, "y", f"labels from 0 to {architecture.output_size - 1}", "others")
    ok = starts.shape == (K + 1,) and starts.dtype == np.int64 and starts.flags.c_contiguous
    _demand(ok, "starts", f"shape ({K + 1},) of int64, C-contiguous", _told(starts))
    ok = bool(starts[0] >= 0 and starts[-1] <= len(batches.rows) and (np.diff(starts) > 0).all())
    _demand(ok, "starts", f"rising numbers from 0 to {len(batches.rows)}", "others")
    ok = learning_rates.dtype == np.float64 and learning_rates.ndim == 1 and learning_rates.flags.c_contiguous
    _demand(ok, "learning_rates", "shape (K,) of float64, C-contiguous", _told(learning_rates))


def check_forward(parameters: Parameters, features: Features, rows: ndarray) -> None:
    """Refuse whatever would make a forward pass read where it must not.

    Raises
    ------
    InputError
        Naming the first argument that does not fit the others.
    """
    buffer, D, X = parameters.buffer, parameters.architecture.input_size, features.X
    _demand(
        buffer.dtype in (np.float32, np.float64) and buffer.flags.c_contiguous, "parameters", _DTYPES, _told(buffer)
    )
    ok = X.dtype in (np.uint8, np.float32, np.float64) and X.flags.c_contiguous and X.ndim == 2 and X.shape[1] == D
    _demand(ok, "X", f"shape (N, {D}) of uint8, float32 or float64, C-contiguous", _told(X))
    for name, vector in (("shift", features.shift), ("factor", features.factor)):
        _demand(vector is None or vector.shape == (D,), name, f"shape ({D},) or None", _told(vector))
    ok = rows.dtype == np.int64 and rows.ndim == 1 and rows.flags.c_contiguous
    _demand(ok, "rows", "shape (E,) of int64, C-contiguous", _told(rows))
    ok = not rows.size or bool(rows.min() >= 0 and rows.max() < len(X))
    _demand(ok, "rows", f"numbers from 0 to {len(X) - 1}", "others")


def _demand(ok: bool, who: str, expected: str, got: str) -> None:
    if not ok:
        raise InputError(who, expected=expected, got=got)


def _told(array: ndarray | None) -> str:
    if array is None:
        return "none"
    strided = "" if array.flags.c_contiguous else ", not contiguous"
    return f"shape {array.shape} of {array.dtype}{strided}{'' if array.flags.writeable else ', read-only'}"
