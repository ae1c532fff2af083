"""A run as its folder tells it: settings, history, model and results, to look at and to go on from."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from chainrule.network.evaluate import Evaluation, evaluate
from chainrule.network.model import Model
from chainrule.report.curves import draw_curves
from chainrule.training.history import EpochRecord, StepRecord
from chainrule.training.run_folder import RunFolder
from chainrule.training.settings import RunSettings

if TYPE_CHECKING:
    from matplotlib.figure import Figure


def open_run(path: Path | str) -> SavedRun:
    """Return the run in a folder, finished or not.

    Raises
    ------
    InputError
        If there is none.
    """
    return SavedRun(RunFolder.open(Path(path).expanduser()))


class SavedRun:
    """What a run left behind, or leaves while it goes on: everything is read from its files when it is asked for.

    Parameters
    ----------
    folder : RunFolder
        :func:`open_run` takes a path.
    """

    def __init__(self, folder: RunFolder) -> None:
        self._folder = folder

    @property
    def path(self) -> Path:
        """The run folder."""
        return self._folder.path

    @property
    def settings(self) -> RunSettings:
        """Every setting, none left open."""
        return self._folder.read_settings()

    @property
    def data(self) -> dict[str, Any]:
        """What the data were: name, source, rows, features, classes."""
        return self._folder.read_json(self._folder.data)

    @property
    def environment(self) -> dict[str, Any]:
        """What it was made with: versions, machine, linear algebra."""
        return self._folder.read_json(self._folder.environment)

    @property
    def history(self) -> list[StepRecord | EpochRecord]:
        """Everything that is remembered, in the order in which it happened."""
        return self._folder.read_history() if self._folder.history.exists() else []

    @property
    def steps(self) -> list[StepRecord]:
        """The loss of every step."""
        return [record for record in self.history if isinstance(record, StepRecord)]

    @property
    def epochs(self) -> list[EpochRecord]:
        """How the network stood at the end of every epoch."""
        return [record for record in self.history if isinstance(record, EpochRecord)]

    @property
    def model(self) -> Model:
        """The network with its preprocessing and labels: ``model.predict_proba(X)`` takes raw rows."""
        return self._folder.read_model()

    @property
    def results(self) -> dict[str, Any] | None:
        """The final table, or None while the run has not finished."""
        return self._folder.read_json(self._folder.results) if self._folder.results.exists() else None

    @property
    def status(self) -> str:
        """How it stands, in a few words."""
        results = self.results
        if results is not None:
            return str(results["finished"])
        epochs = self.epochs
        return f"not finished: {epochs[-1].epoch} epochs so far" if epochs else "not finished: no epoch so far"

    def draw_curves(self) -> Figure:
        """Draw losses, accuracies, penalties and the health of the layers; one epoch at least is needed."""
        results = self.results
        return draw_curves(self.history, results["test_accuracy"] if results else None)

    def evaluate(self, split: Literal["train", "validation", "test"] = "validation") -> Evaluation:
        """Judge the model on a part of the run's own data, which are read again.

        Raises
        ------
        InputError
            If they have changed since.
        """
        from chainrule.runs import run_data

        return evaluate(self.model.parameters, getattr(run_data(self._folder, self.settings), split))

    def __repr__(self) -> str:
        return f"SavedRun({str(self.path)!r}): {self.status}"

    def _repr_html_(self) -> str:
        from chainrule.display.run import run_html

        return run_html(self)
