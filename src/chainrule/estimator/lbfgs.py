"""``solver="lbfgs"``: SciPy's L-BFGS-B over all rows at once, with the engine's gradient."""

from __future__ import annotations

import warnings
from typing import TYPE_CHECKING

import numpy as np
from jaxtyping import Float64
from numpy import ndarray
from scipy.optimize import minimize
from sklearn.exceptions import ConvergenceWarning

from chainrule.estimator.rows import Rows, epoch_batches
from chainrule.estimator.steps import Steps, engine_for, take_steps
from chainrule.network.parameters import Parameters
from chainrule.training.engine import Engine, StepSettings, Weights
from chainrule.training.rules import RuleSettings

if TYPE_CHECKING:
    from chainrule.estimator.base import BaseMLP

CHUNK = 4096  # rows whose activations are in memory at one time


def fit_lbfgs(model: BaseMLP, parameters: Parameters, rows: Rows) -> None:
    """Minimise the loss of all rows, beginning at ``parameters``, which are replaced by the minimum found."""
    whole = rows.weighty(epoch_batches(np.arange(len(rows)), len(rows)))
    reg = model.alpha / (2 * float(rows.weight_sums(whole)[0]))
    engine = engine_for(parameters.architecture, min(CHUNK, len(rows)))

    def loss_and_gradient(w: Float64[ndarray, " P"]) -> tuple[float, Float64[ndarray, " P"]]:
        here = Parameters(parameters.architecture, w.astype(parameters.dtype))
        parts, gradient = full_gradient(engine, here, rows, reg, model._smoothing)
        return float(parts.sum()), gradient

    start, options = parameters.buffer.astype(np.float64), {"maxfun": model.max_fun, "maxiter": model.max_iter}
    found = minimize(loss_and_gradient, start, jac=True, method="L-BFGS-B", options={**options, "gtol": model.tol})
    parameters.buffer[...] = found.x
    parts, _ = full_gradient(engine, parameters.copy(), rows, reg, model._smoothing)
    model.n_iter_ = min(int(found.nit), model.max_iter)
    model.loss_ = float(parts @ [model._loss_scale, 1.0])
    if found.status != 0:
        warnings.warn(
            f"lbfgs failed to converge after {found.nit} iteration(s) (status={found.status}):\n{found.message}\n\n"
            f"Increase the number of iterations (max_iter={model.max_iter}) or of function calls "
            f"(max_fun={model.max_fun}), or scale the data.",
            ConvergenceWarning,
            stacklevel=4,
        )


def full_gradient(
    engine: Engine, parameters: Parameters, rows: Rows, reg: float, smoothing: float = 0.0
) -> tuple[Float64[ndarray, "2"], Float64[ndarray, " P"]]:
    """Return data loss and penalty over all rows, (2,), and the gradient of their sum, (P,), float64.

    The engine takes steps of length zero from rest: the velocity that one leaves is the gradient of its rows. That of
    all is the mean over some thousand rows at a time, each part counting as its rows do.
    """
    batches = rows.weighty(epoch_batches(np.arange(len(rows)), CHUNK))
    steps = Steps(batches, np.zeros(len(batches)), np.full(len(batches), reg))
    settings = StepSettings(reg, "momentum", RuleSettings(), smoothing)
    counts = rows.weight_sums(batches)
    total, gradient = np.zeros(2), np.zeros(len(parameters.buffer))
    for share, step in zip(counts / counts.sum(), steps.split(1), strict=True):
        velocity = np.zeros((1, len(parameters.buffer)), parameters.dtype)
        for dense, own in rows.dense(step):  # a single one
            parts = take_steps(engine, Weights(parameters, velocity), dense, own, settings)
            total += share * parts[0]
            gradient += share * velocity[0]
        if not np.isfinite(total).all():
            break
    return total, gradient
