"""``solver="lbfgs"``: SciPy's L-BFGS-B over all rows at once, with our gradient."""

from __future__ import annotations

import warnings
from typing import TYPE_CHECKING

import numpy as np
from numpy import ndarray
from scipy.optimize import minimize
from sklearn.exceptions import ConvergenceWarning

from chainrule.estimator.rows import Rows
from chainrule.network.parameters import Parameters

if TYPE_CHECKING:
    from chainrule.estimator.base import BaseMLP


def fit_lbfgs(model: BaseMLP, parameters: Parameters, rows: Rows) -> None:
    """Minimise the loss of all rows, beginning at ``parameters``, which are replaced by the minimum found."""
    total = float(len(rows)) if rows.weights is None else float(rows.weights.sum())
    reg = model.alpha / (2 * total)

    def evaluate(w: ndarray) -> tuple[float, float, ndarray]:
        from chainrule.estimator.reference import loss_and_gradients

        d, p, g = loss_and_gradients(
            Parameters(parameters.architecture, w.astype(parameters.dtype)), rows, model._objective, reg
        )
        return d, p, g.buffer.astype(np.float64)

    def loss_and_gradient(w: ndarray) -> tuple[float, ndarray]:
        data, penalty, gradient = evaluate(w)
        return data + penalty, gradient

    options = {"maxfun": model.max_fun, "maxiter": model.max_iter, "gtol": model.tol}
    found = minimize(loss_and_gradient, parameters.buffer.astype(np.float64), jac=True, method="L-BFGS-B", options=options)
    parameters.buffer[...] = found.x
    model.n_iter_ = min(int(found.nit), model.max_iter)
    data, penalty, _ = evaluate(found.x)
    model.loss_ = data * model._loss_scale + penalty
    if found.status != 0:
        warnings.warn(
            f"lbfgs failed to converge after {found.nit} iteration(s) (status={found.status}):\n{found.message}\n\n"
            f"Increase the number of iterations (max_iter={model.max_iter}) or of function calls "
            f"(max_fun={model.max_fun}), or scale the data.",
            ConvergenceWarning,
            stacklevel=4,
        )
