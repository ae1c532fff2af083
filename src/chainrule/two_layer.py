"""The two-layer network of the cs231n assignment's notebook, under the notebook's own names.

Only the door is here: parameters, mini-batches and messages. The mathematics is that of ``network/stack.py``.
"""

from __future__ import annotations

import math
import operator
from typing import Any, overload

import numpy as np
from jaxtyping import Float64, Int64, Integer
from numpy import ndarray
from numpy.typing import ArrayLike

from chainrule.data.given import GivenRows, finite_rows, real_array
from chainrule.errors import DivergedError, InputError
from chainrule.network import stack
from chainrule.network.evaluate import CHUNK
from chainrule.network.parameters import Architecture, Parameters

PRINT_EVERY = 100  # iterations between two lines when verbose
LossAndGradients = tuple[float, dict[str, Float64[ndarray, "..."]]]
_SIZES = ("input_size", "hidden_size", "output_size")


class TwoLayerNet:
    """Affine, ReLU, affine, softmax, with an L2 penalty on the weights; in float64.

    It takes the place of the class of the same name in the first assignment of Stanford's cs231n
    (``two_layer_net.ipynb``), whose cells run on it as they are once they import it from here. For that reason the
    weights and the mini-batches are drawn from NumPy's global generator, which ``np.random.seed`` sets; nothing else
    in chainrule does so.

    Parameters
    ----------
    input_size, hidden_size, output_size : int
        D features, H hidden units, C classes.
    std : float
        Standard deviation of the first weights: W1 is drawn before W2, ``std * np.random.randn(...)``. Biases start
        at zero.

    Attributes
    ----------
    params : dict
        W1 (D, H), b1 (H,), W2 (H, C), b2 (C,), views into one buffer. An ordinary dictionary: arrays may be changed
        in place or replaced by others of their shape, and so may the dictionary. Arrays that replaced others are
        read where they stand and never written to: :meth:`train` first moves their values into a buffer of its own,
        and puts its views into the dictionary.

    Raises
    ------
    InputError
        If a size is no whole number above zero, or ``std`` is negative or not finite.
    """

    def __init__(self, input_size: int, hidden_size: int, output_size: int, std: float = 1e-4) -> None:
        D, H, C = (
            _whole(name, size, 1) for name, size in zip(_SIZES, (input_size, hidden_size, output_size), strict=True)
        )
        self.architecture = Architecture(D, (H,), C)
        std = _number("std", std)
        self._own = Parameters.zeros(self.architecture, np.float64)
        for W in self._own.weights:
            W[...] = std * np.random.randn(*W.shape)  # noqa: NPY002 (the notebook seeds this generator)
        self.params: dict[str, Float64[ndarray, "..."]] = dict(self._own.views)

    @overload
    def loss(self, X: ArrayLike, y: None = None, reg: float = 0.0) -> Float64[ndarray, "N C"]: ...
    @overload
    def loss(self, X: ArrayLike, y: ArrayLike, reg: float = 0.0) -> LossAndGradients: ...
    def loss(
        self, X: ArrayLike, y: ArrayLike | None = None, reg: float = 0.0
    ) -> Float64[ndarray, "N C"] | LossAndGradients:
        """Return the scores of N examples or, where their labels are given, the loss and its gradients.

        Parameters
        ----------
        X : array_like of shape (N, D), any real type
        y : array_like of shape (N,), integers from 0 to C - 1, optional
        reg : float
            λ of the penalty ``λ (‖W1‖² + ‖W2‖²)``, without ½.

        Returns
        -------
        scores : ndarray of shape (N, C)
            Without ``y``.
        loss, gradients : float, dict
            With ``y``: the mean of -log probs[n, y_n] plus the penalty, and dW1, db1, dW2, db2 under the names (and
            in the shapes) of their parameters.

        Raises
        ------
        InputError
            If X or y have the wrong shape, type or range, ``reg`` is negative, or a replaced parameter does not fit.
        DivergedError
            If the loss or a score is no finite number, though X is.
        """
        rows, parameters = self._examples("X", X), self._parameters()
        if y is None:
            return _scores(parameters, rows)
        loss, gradients = _loss(parameters, rows, self._labels("y", y, rows), _number("reg", reg))
        return loss, dict(gradients.views)

    def train(
        self,
        X: ArrayLike,
        y: ArrayLike,
        X_val: ArrayLike,
        y_val: ArrayLike,
        learning_rate: float = 1e-3,
        learning_rate_decay: float = 0.95,
        reg: float = 5e-6,
        num_iters: int = 100,
        batch_size: int = 200,
        verbose: bool = False,
    ) -> dict[str, list[float]]:
        """Take ``num_iters`` steps of mini-batch gradient descent, each batch drawn with replacement.

        An epoch is ``max(N // batch_size, 1)`` steps. At the first step of every epoch, after its update, both
        accuracies are measured and the learning rate is multiplied by ``learning_rate_decay``.

        Parameters
        ----------
        X, X_val : array_like of shapes (N, D), (M, D), any real type
            Converted to float64 a mini-batch at a time.
        y, y_val : array_like of shapes (N,), (M,), integers from 0 to C - 1
        learning_rate, learning_rate_decay, reg : float
            Finite and not negative; ``reg`` is the λ of :meth:`loss`.
        num_iters, batch_size : int
            At least 0 and at least 1; a batch may be larger than N.
        verbose : bool
            Print the loss of every hundredth step.

        Returns
        -------
        dict
            ``loss_history``, the loss of every step before its update; ``train_acc_history`` (on the step's own
            mini-batch) and ``val_acc_history``, shares between 0 and 1, one an epoch.

        Raises
        ------
        InputError
            If something given cannot be used; nothing was changed.
        DivergedError
            At the first loss or score that is no finite number. ``params`` stay as the last step left them.
        """
        rows, rows_val = self._examples("X", X), self._examples("X_val", X_val)
        labels, labels_val = self._labels("y", y, rows), self._labels("y_val", y_val, rows_val)
        rate, decay = _number("learning_rate", learning_rate), _number("learning_rate_decay", learning_rate_decay)
        reg, num_iters = _number("reg", reg), _whole("num_iters", num_iters, 0)
        batch_size = _whole("batch_size", batch_size, 1)
        self._own = self._parameters()
        self.params.update(self._own.views)

        steps_per_epoch = max(len(rows) // batch_size, 1)
        losses: list[float] = []
        train_accuracies: list[float] = []
        val_accuracies: list[float] = []
        for iteration in range(num_iters):
            batch = np.random.choice(len(rows), batch_size)  # noqa: NPY002 (the notebook seeds this generator)
            X_batch, y_batch = rows[batch], labels[batch]
            where = f" at iteration {iteration} of {num_iters}, learning rate {rate:g}"
            loss, gradients = _loss(self._own, X_batch, y_batch, reg, where)
            losses.append(loss)
            with np.errstate(over="ignore"):  # the next loss says so, in words
                self._own.buffer[...] -= rate * gradients.buffer
            if verbose and iteration % PRINT_EVERY == 0:
                print(f"iteration {iteration} / {num_iters}: loss {loss:f}")
            if iteration % steps_per_epoch == 0:
                train_accuracies.append(_accuracy(self._own, X_batch, y_batch, where))
                val_accuracies.append(_accuracy(self._own, rows_val, labels_val, where))
                rate *= decay
        return {"loss_history": losses, "train_acc_history": train_accuracies, "val_acc_history": val_accuracies}

    def predict(self, X: ArrayLike) -> Int64[ndarray, " N"]:
        """Return the class (N,) with the highest score for each of the examples X (N, D), of any real type.

        Raises
        ------
        InputError
            If X has the wrong shape or type, or a replaced parameter does not fit.
        DivergedError
            If a score is no finite number.
        """
        return _predict(self._parameters(), self._examples("X", X))

    def _parameters(self) -> Parameters:
        """Return what is in ``params`` as one buffer: the network's own or, where an array is not its view, a new one.

        (The views of a network that was copied or unpickled are views no more.)
        """
        own, shapes = self._own, self.architecture.shapes
        if all(self.params.get(name) is own[name] and own[name].base is own.buffer for name in own):
            return own
        if self.params.keys() != shapes.keys():
            raise InputError("params", expected=", ".join(shapes), got=", ".join(map(str, self.params)) or "nothing")
        gathered = Parameters.zeros(self.architecture, np.float64)
        for name, view in gathered.views.items():
            array = real_array(f"params['{name}']", self.params[name])
            if array.shape != view.shape:
                raise InputError(f"params['{name}']", expected=f"shape {view.shape}", got=f"shape {array.shape}")
            view[...] = array
        return gathered

    def _examples(self, who: str, X: ArrayLike) -> GivenRows:
        """Return X (N, D) as an array of the type it came in."""
        return finite_rows(who, X, self.architecture.input_size)

    def _labels(self, who: str, y: ArrayLike, rows: GivenRows) -> Integer[ndarray, " N"]:
        """Return y (N,), a class for each of the N rows, of which there is at least one."""
        labels, N, C = real_array(who, y), len(rows), self.architecture.output_size
        if N == 0:
            raise InputError(f"examples for {who}", expected="at least 1", got="0")
        if labels.shape != (N,):
            raise InputError(who, expected=f"shape ({N},), a label for every example", got=f"shape {labels.shape}")
        if labels.dtype.kind not in "iu":
            raise InputError(who, expected="integers", got=str(labels.dtype), advice=f"{who}.astype(int)")
        wrong = np.flatnonzero((labels < 0) | (labels >= C))
        if len(wrong):
            where = f"row {wrong[0]}, from 0"
            raise InputError(who, expected=f"labels from 0 to {C - 1}", got=str(labels[wrong[0]]), where=where)
        return labels


def _loss(
    parameters: Parameters, X: GivenRows, y: Integer[ndarray, " N"], reg: float, where: str = ""
) -> tuple[float, Parameters]:
    with np.errstate(all="ignore"):  # an overflow is reported below, in words
        parts, gradients = stack.loss_and_gradients(parameters, X.astype(np.float64, copy=False), y, reg)
    if not math.isfinite(parts.total):
        raise _diverged(f"the loss became {parts.total}", where)
    return parts.total, gradients


def _scores(parameters: Parameters, X: GivenRows, where: str = "") -> Float64[ndarray, "N C"]:
    with np.errstate(all="ignore"):
        scores = stack.forward(parameters, X.astype(np.float64, copy=False)).scores
    if not np.isfinite(scores).all():
        raise _diverged("the scores are no longer finite", where)
    return scores


def _predict(parameters: Parameters, X: GivenRows, where: str = "") -> Int64[ndarray, " N"]:
    chunks = [X[start : start + CHUNK] for start in range(0, len(X), CHUNK)] or [X]
    return np.concatenate([_scores(parameters, chunk, where).argmax(axis=1) for chunk in chunks])


def _accuracy(parameters: Parameters, X: GivenRows, y: Integer[ndarray, " N"], where: str) -> float:
    return float((_predict(parameters, X, where) == y).mean())


def _diverged(what: str, where: str) -> DivergedError:
    return DivergedError(
        f"{what}{where}\n"
        "  likely cause: the weights grew too large, or the learning rate is too large for inputs of this scale\n"
        "  try: a learning_rate ten times smaller, or inputs scaled to about unit variance"
    )


def _whole(who: str, given: Any, least: int) -> int:
    try:
        number = operator.index(given)
    except TypeError:
        number = least - 1
    if number < least:
        raise InputError(who, expected=f"a whole number of at least {least}", got=repr(given))
    return number


def _number(who: str, given: Any) -> float:
    try:
        number = float(given)
    except (TypeError, ValueError):
        number = math.nan
    if not 0 <= number < math.inf:
        raise InputError(who, expected="a finite number of at least 0", got=repr(given))
    return number
