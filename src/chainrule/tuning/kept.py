"""The weights of the best networks of a search, each in a file of its own, so that a killed search has them too."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

from chainrule.files import storage_errors
from chainrule.network.model import Model
from chainrule.network.parameters import Parameters
from chainrule.tuning.problem import Problem
from chainrule.tuning.trial import Trial, ranked


class Kept:
    """A folder of models ``TRIAL-COPY.safetensors``: those of the best trials so far.

    Parameters
    ----------
    folder : Path
    problem : Problem
    n_trials : int
        Of how many trials the networks are kept.
    """

    def __init__(self, folder: Path, problem: Problem, n_trials: int) -> None:
        self._folder, self._problem, self._n_trials = folder, problem, n_trials

    def wanted(self, trials: Sequence[Trial]) -> list[int]:
        """Return the numbers of the trials whose networks are worth keeping, best first."""
        return [trial.number for trial in ranked(trials)[: self._n_trials]]

    def keep(self, trial: int, networks: Sequence[Parameters]) -> None:
        """Write the networks of a trial."""
        for copy, parameters in enumerate(networks):
            model_of(self._problem, parameters).save(self.path(trial, copy))

    def forget_all_but(self, wanted: Sequence[int]) -> None:
        """Remove the files of trials that have been overtaken."""
        with storage_errors(str(self._folder)):
            for path in self._folder.glob("*.safetensors"):
                number = re.match(r"\d+", path.name)
                if number is None or int(number[0]) not in wanted:
                    path.unlink(missing_ok=True)

    def path(self, trial: int, copy: int) -> Path:
        """Return where a network is kept."""
        return self._folder / f"{trial}-{copy}.safetensors"


def model_of(problem: Problem, parameters: Parameters) -> Model:
    """Return the model of a network that was trained on the data of a search."""
    dataset = problem.data.dataset
    return Model(parameters, problem.data.preprocessing, dataset.classes, dataset.image_shape, dataset.feature_names)
