"""What a network of this kind is meant to compute, in every convention that is in use.

A program's loss is compared with all of them; one that agrees is named and not judged. Nothing here is used for the
gradients: those are compared with nudged numbers only.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
from numpy import ndarray
from scipy.special import expit, log_softmax, softmax

from chainrule.checking.experiment import Case
from chainrule.checking.truths import Truth

AGREEMENT = 1e-7
"""Losses that differ by less than this, relative to their size, are the same: programs add 1e-8 or so in logs."""

ACTIVATIONS: dict[str, Callable[[ndarray], ndarray]] = {
    "ReLU": lambda z: np.maximum(z, 0.0),
    "sigmoid": expit,
    "tanh": np.tanh,
    "leaky ReLU 0.01": lambda z: np.where(z > 0, z, 0.01 * z),
    "leaky ReLU 0.1": lambda z: np.where(z > 0, z, 0.1 * z),
    "leaky ReLU 0.2": lambda z: np.where(z > 0, z, 0.2 * z),
    "leaky ReLU 0.001": lambda z: np.where(z > 0, z, 0.001 * z),
    "ELU": lambda z: np.where(z > 0, z, np.expm1(np.minimum(z, 0.0))),
    "softplus": lambda z: np.logaddexp(z, 0.0),
}


def _hinge(scores: ndarray, y: ndarray) -> ndarray:
    rows = np.arange(len(y))
    margins = np.maximum(0.0, scores - scores[rows, y][:, None] + 1.0)
    margins[rows, y] = 0.0
    return margins.sum(axis=1)


def _targets(scores: ndarray, y: ndarray) -> ndarray:
    """Return one-hot labels; of a single output the labels themselves, 0 or 1."""
    return y[:, None] if scores.shape[1] == 1 else np.eye(scores.shape[1])[y]


def _squares(values: ndarray, y: ndarray) -> ndarray:
    return ((values - _targets(values, y)) ** 2).sum(axis=1)


def _logistic(scores: ndarray, y: ndarray) -> ndarray:
    return np.where(_targets(scores, y) == 1, np.logaddexp(0.0, -scores), np.logaddexp(0.0, scores)).sum(axis=1)


LOSSES: dict[str, Callable[[ndarray, ndarray], ndarray]] = {
    "softmax cross-entropy": lambda scores, y: -log_softmax(scores, axis=1)[np.arange(len(y)), y],
    "logistic cross-entropy": _logistic,
    "hinge": _hinge,
    "squared error": _squares,
    "squared error of the sigmoid": lambda scores, y: _squares(expit(scores), y),
    "squared error of the softmax": lambda scores, y: _squares(softmax(scores, axis=1), y),
}
"""The loss of each example, (N, C) scores and (N,) labels to (N,)."""

OF_CLASSES = ("softmax cross-entropy", "hinge", "squared error of the softmax")
"""Losses that need an output for each class."""

REDUCTIONS: dict[str, Callable[[ndarray, int], float]] = {
    "mean": lambda each, C: float(each.mean()),
    "sum": lambda each, C: float(each.sum()),
    "half the mean": lambda each, C: float(each.mean()) / 2,
    "half the sum": lambda each, C: float(each.sum()) / 2,
    "mean over all entries": lambda each, C: float(each.mean()) / C,
}
"""The data loss of the losses (N,) of all examples, and the number of outputs."""

OF_ANY_LOSS = ("mean", "sum")
"""The others are in use for squared errors only."""

PENALTIES: dict[str, Callable[[int], float]] = {
    "reg * sum(W*W), without 1/2": lambda n: 1.0,
    "1/2 * reg * sum(W*W)": lambda n: 0.5,
    "reg / (2 N) * sum(W*W)": lambda n: 0.5 / n,
    "reg / N * sum(W*W)": lambda n: 1.0 / n,
}


@dataclass(frozen=True)
class Layer:
    """One layer's parameters as views of a case's, whatever their layout."""

    weight: ndarray
    """(inputs, outputs)"""
    bias: ndarray | None
    """(outputs,)"""


@dataclass(frozen=True)
class Convention:
    """One way to write the objective."""

    activation: str
    loss: str
    reduction: str
    penalty: str
    biases_penalised: bool


class Objective:
    """The losses that one case of a fully connected network may be meant to have."""

    def __init__(self, case: Case, layers: Sequence[Layer]) -> None:
        self._case, self._layers = case, layers

    @classmethod
    def of(cls, case: Case) -> Objective | None:
        """Return the objective of a case, or None if its parameters are not those of such a network."""
        y = _classes(np.asarray(case.y), case.sizes.C)
        layers = _layers(case) if case.X.ndim == 2 else None
        return None if y is None or layers is None else cls(replace(case, y=y), layers)

    @cached_property
    def _losses(self) -> list[tuple[Convention, float]]:
        return list(self._every())

    @cached_property
    def _values(self) -> ndarray:
        return np.array([value for _, value in self._losses])

    def convention(self, loss: float) -> Convention | None:
        """Return the convention in which this is the loss, the most usual one first."""
        if not np.isfinite(loss):
            return None
        near = np.abs(self._values - loss) <= (AGREEMENT + self._case.slack) * np.maximum(1.0, np.abs(self._values))
        return self._losses[int(near.argmax())][0] if near.any() else None

    def has(self, convention: Convention) -> bool:
        """Return whether a convention makes sense for this network: some losses need an output for each class."""
        return any(known == convention for known, _ in self._losses)

    def loss(self, convention: Convention) -> float:
        """Return the loss in one convention."""
        return next(value for known, value in self._losses if known == convention)

    def _every(self) -> Iterator[tuple[Convention, float]]:
        case, N = self._case, self._case.sizes.N
        squares = [float(np.sum(layer.weight**2)) for layer in self._layers]
        biases = [layer.bias for layer in self._layers]
        bias_squares = float(sum(np.sum(bias**2) for bias in biases if bias is not None))
        for activation, function in ACTIVATIONS.items():
            scores = self._forward(function)[-1][1]
            for kind, of_examples in LOSSES.items():
                if scores.shape[1] == 1 and kind in OF_CLASSES:
                    continue
                each = of_examples(scores, case.y)
                for reduction, reduce in REDUCTIONS.items():
                    if "squared" not in kind and reduction not in OF_ANY_LOSS:
                        continue
                    data = reduce(each, scores.shape[1])
                    for penalty, factor in PENALTIES.items():
                        for penalised in (False, True):
                            total = sum(squares) + (bias_squares if penalised else 0.0)
                            convention = Convention(activation, kind, reduction, penalty, penalised)
                            yield convention, float(data + case.reg * factor(N) * total)
                        if case.reg == 0.0:
                            break

    def _forward(self, activation: Callable[[ndarray], ndarray]) -> list[tuple[str, ndarray]]:
        values, a = [], self._case.X
        for number, layer in enumerate(self._layers, 1):
            bias = layer.bias
            z = a @ layer.weight + (0.0 if bias is None else bias)
            last = number == len(self._layers)
            values.append(("scores" if last else f"z{number}", z))
            if not last:
                a = activation(z)
                values.append((f"a{number}", a))
        return values

    def stages(self, convention: Convention) -> list[Truth]:
        """Return every value on the way to the loss, as it is meant to be."""
        case = self._case
        values = self._forward(ACTIVATIONS[convention.activation])
        scores = values[-1][1]
        N = len(case.y)
        if convention.loss == "softmax cross-entropy":
            shifted = scores - scores.max(axis=1, keepdims=True)
            log_probs = log_softmax(scores, axis=1)
            values += [
                ("shifted scores", shifted),
                ("exp(scores)", np.exp(shifted)),
                ("sum of exp(scores)", np.exp(shifted).sum(axis=1)),
                ("probs", softmax(scores, axis=1)),
                ("log probs", log_probs),
                ("probs of the true classes", np.exp(log_probs[np.arange(N), case.y])),
                ("log probs of the true classes", log_probs[np.arange(N), case.y]),
            ]
        else:
            values += _on_the_way(convention.loss, scores, case.y)
        each = LOSSES[convention.loss](scores, case.y)
        factor = PENALTIES[convention.penalty](N)
        squares = [np.sum(layer.weight**2) for layer in self._layers]
        penalty = case.reg * factor * np.sum(squares)
        data = np.asarray(REDUCTIONS[convention.reduction](each, scores.shape[1]))
        values += [("losses", each), ("sum of losses", each.sum()), ("data loss", data), ("penalty", penalty)]
        values += [("one-hot labels", np.asarray(_targets(scores, case.y), np.float64))]
        values += [(f"sum of squares of W{number}", square) for number, square in enumerate(squares, 1)]
        values += [("sum of squares", np.sum(squares)), ("loss", data + penalty)]
        return [Truth(name, (np.asarray(value, np.float64),)) for name, value in values]


def _on_the_way(loss: str, scores: ndarray, y: ndarray) -> list[tuple[str, ndarray]]:
    """Return what lies between the scores and the losses of the examples."""
    rows, targets = np.arange(len(y)), _targets(scores, y)
    if loss == "hinge":
        margins = np.maximum(0.0, scores - scores[rows, y][:, None] + 1.0)
        others = margins.copy()
        others[rows, y] = 0.0
        return [
            ("scores of the true classes", scores[rows, y]),
            ("margins", margins),
            ("margins of the others", others),
        ]
    outputs = expit(scores)
    if loss == "logistic cross-entropy":
        return [("probs", outputs), ("log probs", np.log(outputs))]
    if loss.startswith("squared"):
        outputs = {"squared error": scores, "squared error of the softmax": softmax(scores, axis=1)}.get(loss, outputs)
        errors = outputs - targets
        return [("outputs", outputs), ("errors", errors), ("targets - outputs", -errors), ("squares", errors**2)]
    return []


def _classes(y: ndarray, C: int) -> ndarray | None:
    """Return labels (N,) as whole numbers, from such labels, a column of 0 and 1, or one-hot rows; else None."""
    if y.ndim == 2 and y.shape[1] == C > 1 and np.array_equal(np.sort(y, axis=1)[:, -2:], [[0, 1]] * len(y)):
        return np.asarray(y.argmax(axis=1))
    flat = y.ravel()
    if y.ndim > 2 or flat.size != len(y) or flat.dtype.kind not in "iubf" or not np.array_equal(flat, np.rint(flat)):
        return None
    return flat.astype(np.int64)


def _layers(case: Case) -> list[Layer] | None:
    """Return the layers of a case's parameters, told by their shapes; None where that is not possible."""
    for layouts in ((False,), (True,), (False, True)):  # all (inputs, outputs), all (outputs, inputs), both
        found = _chain(dict(case.parameters), case.sizes.D, case.sizes.C, layouts)
        if found is not None:
            return found
    return None


def _chain(left: dict[str, ndarray], inputs: int, C: int, layouts: tuple[bool, ...]) -> list[Layer] | None:
    """Return layers that lead from ``inputs`` numbers to C, and use all parameters that are left."""
    for name, array in left.items():
        for turned in layouts if array.ndim == 2 else ():
            whole = array.T if turned else array
            others = {key: value for key, value in left.items() if key != name}
            for layer, rest in _with_its_bias(whole, others, inputs):
                if not rest and whole.shape[1] == C:
                    return [layer]
                further = _chain(rest, whole.shape[1], C, layouts)
                if further is not None:
                    return [layer, *further]
    return None


def _with_its_bias(
    whole: ndarray, others: dict[str, ndarray], inputs: int
) -> Iterator[tuple[Layer, dict[str, ndarray]]]:
    """Yield the layers that a weight may make, with each bias that fits or none, and the parameters that are left."""
    if whole.shape[0] == inputs:
        for name, array in others.items():
            if array.size == whole.shape[1] == max(array.shape, default=1):
                yield Layer(whole, array.reshape(-1)), {key: value for key, value in others.items() if key != name}
        yield Layer(whole, None), others  # what looked like its bias may be the next weight, (H, 1)
    elif whole.shape[0] == inputs + 1:  # the last row (or column) is the bias
        yield Layer(whole[:-1], whole[-1]), others
