"""Some networks of a population that stand side by side in memory: one rule, one buffer, one compiled loop."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import NamedTuple

import numpy as np
from numpy import ndarray

from chainrule.data.features import Features
from chainrule.engine.activations import CODES as ACTIVATIONS
from chainrule.engine.layer_update import block_rows
from chainrule.engine.updates import CODES
from chainrule.network.parameters import Parameters
from chainrule.training.minibatches import Batches
from chainrule.training.rules import RULES
from chainrule.tuning.population.evaluation import run_ensemble, run_evaluation
from chainrule.tuning.population.hidden import Hidden, at_rest
from chainrule.tuning.population.layout import layout_of, parameter_views
from chainrule.tuning.population.losses import Objective
from chainrule.tuning.population.member import Member
from chainrule.tuning.population.steps import run_steps
from chainrule.tuning.population.updates import Columns

NO_FOLDS = np.empty(0, np.int64)

MOST_VALUES = 2**21
"""Entries of the values that are computed at a time where networks are measured: some megabytes."""


class Network(NamedTuple):
    """One network outside of a panel.

    Attributes
    ----------
    member : Member
    parameters : Parameters
        W1 is still to be multiplied by ``scale``.
    moments : ndarray of shape (M, P)
    scale : float
        See ``updates``.
    """

    member: Member
    parameters: Parameters
    moments: ndarray
    scale: float = 1.0


class Panel:
    """K networks of the same rule, depth and activation.

    Parameters
    ----------
    networks : sequence of Network

    Attributes
    ----------
    layout : Layout
    buffer : ndarray of shape (P,)
        The parameters of all; W1 of network k is still to be multiplied by ``scale[k]``.
    moments : ndarray of shape (M, P)
        In the same places.
    scale : ndarray of shape (K,), float64
    """

    def __init__(self, networks: Sequence[Network]) -> None:
        self.members = tuple(network.member for network in networks)
        self.rule, self._activation = self.members[0].rule, ACTIVATIONS[self.members[0].activation]
        self._architectures = [network.parameters.architecture for network in networks]
        self.layout = layout_of(self._architectures)
        P, dtype = sum(network.parameters.buffer.size for network in networks), networks[0].parameters.dtype
        self.buffer = np.empty(P, dtype)
        self.moments = np.empty((RULES[self.rule].n_moments, P), dtype)
        self.scale = np.array([network.scale for network in networks])
        for k, network in enumerate(networks):
            for buffer, own in zip(self._buffers, (network.parameters.buffer, *network.moments), strict=True):
                theirs = Parameters(self._architectures[k], own).views.values()
                for view, values in zip(parameter_views(self.layout, buffer, k), theirs, strict=True):
                    view[...] = values
        self._columns = self._constant_columns()

    @property
    def _buffers(self) -> tuple[ndarray, ...]:
        return (self.buffer, *self.moments)

    def read(self, k: int) -> Network:
        """Return a copy of one network."""
        own = [
            np.concatenate([view.ravel() for view in parameter_views(self.layout, buffer, k)])
            for buffer in self._buffers
        ]
        moments = np.array(own[1:], self.buffer.dtype).reshape(len(self.moments), own[0].size)
        return Network(self.members[k], Parameters(self._architectures[k], own[0]), moments, float(self.scale[k]))

    def finite(self) -> ndarray:
        """Tell of each network (K,) whether its weights are finite."""
        networks = range(len(self.members))
        views = [parameter_views(self.layout, self.buffer, k) for k in networks]
        return np.array([all(np.isfinite(view.sum()) for view in views[k]) for k in networks])

    def run(
        self, features: Features, y: ndarray, batches: Batches, rates: ndarray, taken: int, folds: ndarray
    ) -> ndarray:
        """Take some steps; return the data loss (steps, K) of each network before each."""
        layout, dtype, K = self.layout, self.buffer.dtype, len(self.members)
        N = int(np.diff(batches.starts).max(initial=0))
        total = layout.total
        values = np.empty(N * int(total.sum() + total[1:-1].sum()), dtype)
        widest = max(
            max(outputs, min(inputs, int(block_rows(outputs))) * outputs)
            for network in [total.tolist(), *layout.widths[1:].T.tolist()]
            for inputs, outputs in pairwise(network)
        )
        losses = np.empty((len(batches), K))
        regs = np.array([member.reg for member in self.members])
        run_steps(
            layout, self.buffer, self.moments.reshape(-1), self.scale, taken, *inputs_of(features, dtype),
            self._objective(y, folds), batches.rows, batches.starts, rates, CODES[self.rule], regs, self._constants(),
            self._weight_decays(), self._columns, self._hidden(folds), np.empty(K), values,
            np.empty(widest, dtype), np.empty(int(total[1:].max()), dtype), losses,
        )  # fmt: skip
        return losses

    def score(self, features: Features, y: ndarray, rows: ndarray, folds: ndarray | None) -> ndarray:
        """Return the sums of the data loss and of the right answers (2, K) of each network on some rows.

        Where ``folds`` are given, a network that has one is measured on the rows of its fold alone.
        """
        K = len(self.members)
        sums, folded = np.zeros((2, K)), self._fold_numbers()
        if folds is None:
            folds, folded = NO_FOLDS, np.full(K, -1)
        chunk, work_space = self._chunk(len(rows))
        run_evaluation(
            self.layout, self.buffer, self.scale, self._columns.rate, *inputs_of(features, self.buffer.dtype), y, rows,
            at_rest(self._activation), chunk, work_space, folds, folded, *sums,
        )  # fmt: skip
        return sums

    def sum_probabilities(self, features: Features, rows: ndarray) -> ndarray:
        """Return the sum (N, C) of the probabilities that the networks give, in float64."""
        probs = np.zeros((len(rows), int(self.layout.widths[-1, 0])))
        chunk, work_space = self._chunk(len(rows))
        run_ensemble(
            self.layout, self.buffer, self.scale, self._columns.rate, *inputs_of(features, self.buffer.dtype), rows,
            at_rest(self._activation), chunk, work_space, probs.reshape(-1),
        )  # fmt: skip
        return probs

    def _chunk(self, n: int) -> tuple[int, ndarray]:
        """Return how many rows to run forward at a time, and room for their values."""
        row = int(self.layout.total.sum())
        chunk = max(1, min(n, MOST_VALUES // row))
        return chunk, np.empty(chunk * row, self.buffer.dtype)

    def _fold_numbers(self) -> ndarray:
        """Return the fold of each network (K,); -1 for one that has none."""
        return np.array([-1 if member.fold is None else member.fold for member in self.members], np.int64)

    def _hidden(self, folds: ndarray) -> Hidden:
        """Return what becomes of the hidden layers in training; the step is written where it is known."""
        dropout = np.array([member.dropout for member in self.members], np.float64)
        seeds = np.array([member.seed for member in self.members], np.int64)
        return Hidden(self._activation, dropout, seeds, 0, folds, self._fold_numbers())

    def _objective(self, y: ndarray, folds: ndarray) -> Objective:
        smoothing = np.array([member.label_smoothing for member in self.members], np.float64)
        return Objective(y, folds, self._fold_numbers(), smoothing)

    def _constants(self) -> ndarray:
        """Return momentum, rho, beta1, beta2, epsilon of each network (K, 5), in the precision of the weights."""
        numbers = [member.rule_settings for member in self.members]
        rows = [[s.momentum, s.rho, s.beta1, s.beta2, s.epsilon] for s in numbers]
        return np.array(rows, self.buffer.dtype)

    def _weight_decays(self) -> ndarray:
        decays = RULES[self.rule].decays_weights
        return np.array([member.rule_settings.weight_decay if decays else 0.0 for member in self.members])

    def _constant_columns(self) -> Columns:
        """Return room for the numbers of every column of W1, with those written that stay the same."""
        widths, constants = self.layout.widths[1], self._constants()
        columns = np.zeros((10, int(widths.sum())), self.buffer.dtype)
        columns[1] = np.repeat([2 * member.reg for member in self.members], widths)
        columns[5:] = np.repeat(constants, widths, axis=0).T
        return Columns(*columns)


def inputs_of(features: Features, dtype: np.dtype[np.floating]) -> tuple[ndarray, ndarray, ndarray]:
    """Return the raw rows, and what makes inputs of them, as compiled code takes them."""
    D = features.X.shape[1]
    shift = np.zeros(D, dtype) if features.shift is None else np.ascontiguousarray(features.shift, dtype)
    factor = np.ones(D, dtype) if features.factor is None else np.ascontiguousarray(features.factor, dtype)
    return features.X, shift, factor
