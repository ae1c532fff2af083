"""``solver="lbfgs"``: SciPy's L-BFGS-B over all rows at once, with the gradient of the compiled loop."""

from __future__ import annotations

import warnings
from typing import TYPE_CHECKING

import numpy as np
from numpy import ndarray
from scipy.optimize import minimize
from sklearn.exceptions import ConvergenceWarning

from chainrule.estimator.compiled.steps import take_steps
from chainrule.estimator.objective import Objective, Steps
from chainrule.estimator.optimizer import Optimizer
from chainrule.estimator.rows import Rows, epoch_batches
from chainrule.network.parameters import Parameters
from chainrule.training.rules import RuleSettings

if TYPE_CHECKING:
    from chainrule.estimator.base import BaseMLP

CHUNK = 4096  # rows whose activations are in memory at one time


def fit_lbfgs(model: BaseMLP, parameters: Parameters, rows: Rows) -> None:
    """Minimise the loss of all rows, beginning at ``parameters``, which are replaced by the minimum found."""
    total = float(len(rows)) if rows.weights is None else float(rows.weights.sum())
    reg = model.alpha / (2 * total)

    def loss_and_gradient(w: ndarray) -> tuple[float, ndarray]:
        here = Parameters(parameters.architecture, w.astype(parameters.dtype))
        parts, gradient = full_gradient(here, rows, model._objective, total, reg)
        return float(parts.sum()), gradient.astype(np.float64)

    start, options = parameters.buffer.astype(np.float64), {"maxfun": model.max_fun, "maxiter": model.max_iter}
    found = minimize(loss_and_gradient, start, jac=True, method="L-BFGS-B", options={**options, "gtol": model.tol})
    parameters.buffer[...] = found.x
    parts, _ = full_gradient(parameters.copy(), rows, model._objective, total, reg)
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
    parameters: Parameters, rows: Rows, objective: Objective, total: float, reg: float
) -> tuple[ndarray, ndarray]:
    """Return data loss and penalty over all rows, (2,), and the gradient of their sum, (P,).

    The loop is sent over the rows at a learning rate of zero: with a momentum of one, the velocity that it leaves is
    the sum of all gradients.
    """
    batches = epoch_batches(np.arange(len(rows)), CHUNK)
    K = len(batches)
    velocity = Optimizer(
        "momentum", RuleSettings(momentum=1.0), 0.0, np.zeros((1, len(parameters.buffer)), parameters.dtype)
    )
    steps = Steps(batches, np.full(K, total), np.zeros(K), np.array([reg] + [0.0] * (K - 1)))
    parts = np.zeros(2)
    for dense, some in rows.dense(steps):
        parts += take_steps(parameters, velocity, dense, some, objective).sum(axis=0)
        if not np.isfinite(parts).all():
            break
    return parts, velocity.moments[0]
