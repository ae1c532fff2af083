"""The last layer of a network, told by the shapes of its parameters: to make scores as large as one likes."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy import ndarray

from chainrule.checking.experiment import Case
from chainrule.checking.objective import Convention, Objective


@dataclass(frozen=True)
class OutputLayer:
    """Views of a case's own arrays: what is written to them reaches the next run."""

    weight: ndarray
    """(H, C)"""
    bias: ndarray | None
    """(C,)"""
    inputs: ndarray
    """(N, H)"""
    scores: ndarray
    """(N, C)"""

    def shift(self, largest: float) -> None:
        """Add a number to all scores of an example, another for each: up to ``largest`` on both sides.

        The softmax of every example stays what it is.
        """
        levels = np.linspace(-1, 1, len(self.inputs))
        direction = np.linalg.lstsq(self.inputs, levels, rcond=None)[0]
        reached = np.abs(self.inputs @ direction).max()
        if reached > 0:
            self.weight[...] += (largest / reached * direction)[:, None]

    def stretch(self, largest: float) -> None:
        """Multiply all scores so that the largest is ``largest``."""
        factor = largest / np.abs(self.scores).max()
        self.weight[...] *= factor
        if self.bias is not None:
            self.bias[...] *= factor


def output_layer(case: Case, convention: Convention) -> OutputLayer | None:
    """Return the output layer of a fully connected network, or None where it has another form."""
    objective = Objective.of(case)
    if objective is None:
        return None
    stages = {truth.name: truth.arrays[0] for truth in objective.stages(convention)}
    hidden = case.sizes.hidden
    inputs = stages[f"a{len(hidden)}"] if hidden else case.X
    width, C = inputs.shape[1], case.sizes.C
    for array in reversed(list(case.parameters.values())):
        for whole in (array, array.T):
            if whole.shape == (width, C):
                return OutputLayer(whole, _bias(case, C), inputs, stages["scores"])
            if whole.shape == (width + 1, C):
                return OutputLayer(whole[:-1], whole[-1], inputs, stages["scores"])
    return None


def _bias(case: Case, C: int) -> ndarray | None:
    found = [one for one in case.parameters.values() if one.size == C == max(one.shape, default=1)]
    return found[-1].reshape(-1) if found else None
