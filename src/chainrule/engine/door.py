"""What compiled code will not check: shapes, dtypes and ranges, seen to before it runs."""

from __future__ import annotations

import numpy as np
from numpy import ndarray

from chainrule.data.features import Features
from chainrule.errors import InputError
from chainrule.network.losses import check_smoothing
from chainrule.network.parameters import Architecture, Parameters
from chainrule.training.engine import StepSettings, Weights
from chainrule.training.minibatches import Batches
from chainrule.training.rules import RULES

_DTYPES = "float32 or float64, C-contiguous and writeable"


def check_steps(
    weights: Weights,
    features: Features,
    y: ndarray,
    batches: Batches,
    learning_rates: ndarray,
    settings: StepSettings,
    sample_weight: ndarray | None = None,
) -> None:
    """Refuse whatever would make the steps read or write where they must not.

    Raises
    ------
    InputError
        Naming the first argument that does not fit the others.
    """
    architecture, buffer = weights.parameters.architecture, weights.parameters.buffer
    N, P, K = len(features.X), architecture.n_parameters, len(learning_rates)
    _demand(buffer.flags.writeable, "parameters", _DTYPES, buffer)
    check_forward(weights.parameters, features, batches.rows)
    moments, M = weights.moments, RULES[settings.rule].n_moments if settings.rule in RULES else -1
    ok = moments.shape == (M, P) and moments.dtype == buffer.dtype
    ok = ok and moments.flags.c_contiguous and moments.flags.writeable
    _demand(ok, "moments", f"shape ({M}, {P}) for {settings.rule}, {_DTYPES}, like the parameters", moments)
    starts = batches.starts
    ok = starts.shape == (K + 1,) and starts.dtype == np.int64 and starts.flags.c_contiguous
    _demand(ok, "starts", f"shape ({K + 1},) of int64, C-contiguous", starts)
    ok = bool(starts[0] >= 0 and starts[-1] <= len(batches.rows) and (np.diff(starts) > 0).all())
    _demand(ok, "starts", f"rising numbers from 0 to {len(batches.rows)}", "others")
    ok = learning_rates.dtype == np.float64 and learning_rates.ndim == 1 and learning_rates.flags.c_contiguous
    _demand(ok, "learning_rates", "shape (K,) of float64, C-contiguous", learning_rates)
    _check_targets(architecture, y, N, batches.rows, buffer.dtype)
    _check_extras(architecture, settings, sample_weight, N, K)


def _check_targets(architecture: Architecture, y: ndarray, N: int, rows: ndarray, dtype: np.dtype[np.floating]) -> None:
    """Refuse labels that no class has, and targets of another shape or type."""
    C = architecture.output_size
    if architecture.loss != "softmax":
        ok = y.shape == (N, C) and y.dtype == dtype and y.flags.c_contiguous
        _demand(ok, "y", f"targets of shape ({N}, {C}) of {dtype}, C-contiguous", y)
        return
    ok = y.shape == (N,) and y.dtype == np.int64 and y.flags.c_contiguous
    _demand(ok, "y", f"shape ({N},) of int64, C-contiguous", y)
    labels = y[rows]
    ok = not labels.size or (labels.min() >= 0 and labels.max() < C)
    _demand(ok, "y", f"labels from 0 to {C - 1}", "others")


def _check_extras(
    architecture: Architecture, settings: StepSettings, sample_weight: ndarray | None, N: int, K: int
) -> None:
    """Refuse weights, penalties, label smoothing and dropout that are not what they should be."""
    if sample_weight is not None:
        ok = sample_weight.shape == (N,) and sample_weight.dtype == np.float64 and sample_weight.flags.c_contiguous
        _demand(ok, "sample_weight", f"shape ({N},) of float64, C-contiguous", sample_weight)
    regs = settings.regs(K)
    ok = regs.shape == (K,) and regs.dtype == np.float64 and regs.flags.c_contiguous
    _demand(ok, "reg", f"a number, or shape ({K},) of float64, C-contiguous", regs)
    _demand(bool((regs > 0).all() or (regs == 0).all()), "reg", "all 0, or all above 0", "some of each, or others")
    _demand(0 <= settings.dropout < 1, "dropout", "a probability from 0 to below 1", str(settings.dropout))
    ok = 0 <= settings.dropout_seed < 2**63
    _demand(ok, "dropout_seed", "a whole number from 0 to 2**63 - 1", str(settings.dropout_seed))
    _demand(0 <= settings.label_smoothing <= 1, "label_smoothing", "a part from 0 to 1", str(settings.label_smoothing))
    if settings.label_smoothing > 0:
        check_smoothing(architecture.loss)


def check_forward(parameters: Parameters, features: Features, rows: ndarray) -> None:
    """Refuse whatever would make a forward pass read where it must not.

    Raises
    ------
    InputError
        Naming the first argument that does not fit the others.
    """
    buffer, D, X = parameters.buffer, parameters.architecture.input_size, features.X
    _demand(buffer.dtype in (np.float32, np.float64) and buffer.flags.c_contiguous, "parameters", _DTYPES, buffer)
    ok = X.dtype in (np.uint8, np.float32, np.float64) and X.flags.c_contiguous and X.ndim == 2 and X.shape[1] == D
    _demand(ok, "X", f"shape (N, {D}) of uint8, float32 or float64, C-contiguous", X)
    for name, vector in (("shift", features.shift), ("factor", features.factor)):
        _demand(vector is None or vector.shape == (D,), name, f"shape ({D},) or None", vector)
    ok = rows.dtype == np.int64 and rows.ndim == 1 and rows.flags.c_contiguous
    _demand(ok, "rows", "shape (E,) of int64, C-contiguous", rows)
    ok = not rows.size or bool(rows.min() >= 0 and rows.max() < len(X))
    _demand(ok, "rows", f"numbers from 0 to {len(X) - 1}", "others")


def _demand(ok: bool, who: str, expected: str, got: str | ndarray | None) -> None:
    """Refuse what is not as expected; an array is described only then, because that takes as long as looking at it."""
    if not ok:
        raise InputError(who, expected=expected, got=got if isinstance(got, str) else _told(got))


def _told(array: ndarray | None) -> str:
    if array is None:
        return "none"
    strided = "" if array.flags.c_contiguous else ", not contiguous"
    return f"shape {array.shape} of {array.dtype}{strided}{'' if array.flags.writeable else ', read-only'}"
