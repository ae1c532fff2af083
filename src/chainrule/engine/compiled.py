"""The engine that runs: checks at the door what compiled code will not check, then takes all steps in one call."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
from numpy import ndarray

from chainrule.data.features import Features
from chainrule.engine.clock import SECTIONS, tick_seconds
from chainrule.engine.compiling import kept_versions
from chainrule.engine.steps import run_steps
from chainrule.engine.updates import CODES
from chainrule.errors import InputError
from chainrule.training.engine import StepSettings, Weights
from chainrule.training.minibatches import Batches
from chainrule.training.rules import RULES


class CompiledEngine:
    """Mini-batch steps compiled by Numba, with the matrix products of SciPy's BLAS; see ``training.engine.Engine``.

    Parameters
    ----------
    profile : bool
        Measure where the time goes; :attr:`profile` tells.
    """

    name = "compiled"

    def __init__(self, profile: bool = False) -> None:
        self._laps = np.zeros(len(SECTIONS) if profile else 0)
        self._work: tuple[ndarray, ndarray] | None = None

    def run(
        self,
        weights: Weights,
        features: Features,
        y: ndarray,
        batches: Batches,
        learning_rates: ndarray,
        settings: StepSettings,
    ) -> ndarray:
        """Take the steps in one call of compiled code.

        Raises
        ------
        InputError
            If shapes, dtypes, row numbers or labels do not fit together; nothing was changed.
        """
        check(weights, features, y, batches, learning_rates, settings)
        architecture, dtype = weights.parameters.architecture, weights.parameters.dtype
        values, gradient = self._work_space(architecture.sizes, int(np.diff(batches.starts).max(initial=0)), dtype)
        losses = np.empty((len(batches), 1 + architecture.depth))
        numbers = settings.rule_settings
        decays = RULES[settings.rule].decays_weights
        done = run_steps(
            weights.parameters.buffer,
            weights.moments.reshape(-1),
            weights.step,
            np.array(architecture.sizes, np.int64),
            _read_only(features.X),
            _vector(features.shift, 0, features.X.shape[1], dtype),
            _vector(features.factor, 1, features.X.shape[1], dtype),
            _read_only(y),
            _read_only(batches.rows),
            batches.starts,
            learning_rates,
            settings.reg,
            CODES[settings.rule],
            np.array([numbers.momentum, numbers.rho, numbers.beta1, numbers.beta2, numbers.epsilon], dtype),
            numbers.weight_decay if decays else 0.0,
            values,
            gradient,
            losses,
            self._laps,
        )
        losses = losses[:done]
        weights.step += int(np.isfinite(losses).all(axis=1).sum())
        return losses

    @property
    def profile(self) -> dict[str, float]:
        """The seconds spent in each part of all steps so far; empty unless it was asked for."""
        return dict(zip(SECTIONS, (self._laps * tick_seconds()).tolist(), strict=False))

    def _work_space(self, sizes: tuple[int, ...], batch: int, dtype: np.dtype[np.floating]) -> tuple[ndarray, ndarray]:
        """Return the two arrays that steps compute in, those of the last call if they are large enough."""
        shape = (len(sizes) + 2, batch * max(sizes))
        largest = max(inputs * outputs for inputs, outputs in pairwise(sizes))
        work = self._work
        if (
            work is None
            or work[0].dtype != dtype
            or work[0].shape[0] != shape[0]
            or work[0].shape[1] < shape[1]
            or work[1].size < largest
        ):
            work = self._work = (np.empty(shape, dtype), np.empty(max(largest, *sizes), dtype))
        return work


def must_compile() -> bool:
    """Tell whether the first steps will have to wait for the compiler."""
    return not kept_versions(run_steps)


def check(
    weights: Weights, features: Features, y: ndarray, batches: Batches, learning_rates: ndarray, settings: StepSettings
) -> None:
    """Refuse whatever would make compiled code read or write where it must not.

    Raises
    ------
    InputError
        Naming the first argument that does not fit the others.
    """
    architecture, buffer = weights.parameters.architecture, weights.parameters.buffer
    X, (N, D) = features.X, features.X.shape
    P, K = architecture.n_parameters, len(learning_rates)
    dtypes = "float32 or float64, C-contiguous and writeable"
    ok = buffer.dtype in (np.float32, np.float64) and buffer.flags.c_contiguous and buffer.flags.writeable
    _demand(ok, "parameters", dtypes, _told(buffer))
    moments, M = weights.moments, RULES[settings.rule].n_moments if settings.rule in RULES else -1
    ok = moments.shape == (M, P) and moments.dtype == buffer.dtype
    ok = ok and moments.flags.c_contiguous and moments.flags.writeable
    _demand(ok, "moments", f"shape ({M}, {P}) for {settings.rule}, {dtypes}, like the parameters", _told(moments))
    ok = X.dtype in (np.uint8, np.float32, np.float64) and X.flags.c_contiguous and architecture.input_size == D
    _demand(ok, "X", f"shape (N, {architecture.input_size}) of uint8, float32 or float64, C-contiguous", _told(X))
    for name, vector in (("shift", features.shift), ("factor", features.factor)):
        _demand(vector is None or vector.shape == (D,), name, f"shape ({D},) or None", _told(vector))
    ok = y.shape == (N,) and y.dtype == np.int64 and y.flags.c_contiguous
    _demand(ok, "y", f"shape ({N},) of int64, C-contiguous", _told(y))
    rows, starts = batches.rows, batches.starts
    ok = rows.dtype == np.int64 and rows.ndim == 1 and rows.flags.c_contiguous
    _demand(ok, "rows", "shape (E,) of int64, C-contiguous", _told(rows))
    _demand(not rows.size or (rows.min() >= 0 and rows.max() < N), "rows", f"numbers from 0 to {N - 1}", "others")
    labels = y[rows]
    ok = not rows.size or (labels.min() >= 0 and labels.max() < architecture.output_size)
    _demand(ok, "y", f"labels from 0 to {architecture.output_size - 1}", "others")
    ok = starts.shape == (K + 1,) and starts.dtype == np.int64 and starts.flags.c_contiguous
    _demand(ok, "starts", f"shape ({K + 1},) of int64, C-contiguous", _told(starts))
    ok = bool(starts[0] >= 0 and starts[-1] <= len(rows) and (np.diff(starts) > 0).all())
    _demand(ok, "starts", f"rising numbers from 0 to {len(rows)}", "others")
    ok = learning_rates.dtype == np.float64 and learning_rates.ndim == 1 and learning_rates.flags.c_contiguous
    _demand(ok, "learning_rates", "shape (K,) of float64, C-contiguous", _told(learning_rates))


def _demand(ok: bool, who: str, expected: str, got: str) -> None:
    if not ok:
        raise InputError(who, expected=expected, got=got)


def _told(array: ndarray | None) -> str:
    if array is None:
        return "none"
    strided = "" if array.flags.c_contiguous else ", not contiguous"
    return f"shape {array.shape} of {array.dtype}{strided}{'' if array.flags.writeable else ', read-only'}"


def _read_only(array: ndarray) -> ndarray:
    """Return a plain read-only view, so that memory maps and arrays of both kinds share one compiled version."""
    view = array.view(np.ndarray)
    view.flags.writeable = False
    return view


def _vector(vector: ndarray | None, default: float, size: int, dtype: np.dtype[np.floating]) -> ndarray:
    """Return a vector in the parameters' dtype."""
    return np.full(size, default, dtype) if vector is None else np.ascontiguousarray(vector, dtype)
