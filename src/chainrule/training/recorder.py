"""The callback that writes a run down while it goes on: history, checkpoints, the best model so far."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Sequence
from typing import BinaryIO

from chainrule.files import storage_errors
from chainrule.network.model import Model
from chainrule.training.checkpoint import save_checkpoint
from chainrule.training.history import EpochRecord, StepRecord, to_json
from chainrule.training.loop import Callback, Training
from chainrule.training.run_folder import RunFolder

SHORTEST_PAUSE = 1.0  # seconds between checkpoints where epochs are short: a sync of the disk is longer than they are


class Recorder(Callback):
    """Writes the history as it happens, and a checkpoint every epoch or every so many seconds.

    Parameters
    ----------
    folder : RunFolder
    history_bytes : int
        The length of the history that the run goes on from; what stands beyond it is cut off, because the steps
        that it tells of will be taken again.
    """

    def __init__(self, folder: RunFolder, history_bytes: int = 0) -> None:
        self.folder = folder
        self._saved_epoch = -1
        self._saved_at = time.monotonic()
        with storage_errors(str(folder.history)):
            self._history: BinaryIO = folder.history.open("ab")
            self._history.truncate(history_bytes)

    def on_steps(self, training: Training, steps: Sequence[StepRecord]) -> None:
        """Write a line for each, and a checkpoint if one is due inside an epoch."""
        self._write(steps)
        every = training.settings.training.checkpoint_seconds
        last = steps[-1].step if steps else 0
        inside_epoch = last % training.steps_per_epoch > 0 and last < training.total_steps
        if every and inside_epoch and training.intact and time.monotonic() - self._saved_at >= every:
            self.save(training)

    def on_epoch(self, training: Training, epoch: EpochRecord) -> None:
        """Write its line, and a checkpoint if one is due at the end of an epoch."""
        self._write([epoch])
        by_epoch = training.settings.training.checkpoint_seconds is None
        if training.state.finished or (by_epoch and time.monotonic() - self._saved_at >= SHORTEST_PAUSE):
            self.save(training)

    def on_end(self, training: Training) -> None:
        """Save where the run stands; after numbers that are not finite, only the best weights from before them."""
        try:
            if training.intact:
                self.save(training)
            elif training.state.best.epoch and training.settings.training.restore_best:
                self._save_model(training)
        finally:
            with storage_errors(str(self.folder.history)):
                self._history.close()

    def save(self, training: Training) -> None:
        """Write the model, if it has changed, and a checkpoint."""
        best_only = training.settings.training.restore_best and training.state.best.epoch > 0
        if not best_only or training.state.best.epoch != self._saved_epoch:
            self._save_model(training)
        with storage_errors(str(self.folder.history)):
            history = self._open_history()
            history.flush()
            os.fsync(history.fileno())  # the checkpoint must not be ahead of the history that it goes with
        save_checkpoint(self.folder.checkpoint, training.state, history.tell())
        self._saved_at = time.monotonic()

    def _open_history(self) -> BinaryIO:
        """Return the history's file; it is closed where the epochs were broken out of, and now go on."""
        if self._history.closed:
            self._history = self.folder.history.open("ab")
        return self._history

    def _save_model(self, training: Training) -> None:
        model_of(training).save(self.folder.model)
        self._saved_epoch = training.state.best.epoch

    def _write(self, records: Sequence[StepRecord | EpochRecord]) -> None:
        lines = "".join(json.dumps(to_json(record)) + "\n" for record in records)
        with storage_errors(str(self.folder.history)):
            history = self._open_history()
            history.write(lines.encode())
            history.flush()


def model_of(training: Training) -> Model:
    """Return the model that a run stands for at this moment."""
    dataset = training.data.dataset
    return Model(
        training.final_parameters,
        training.data.preprocessing,
        dataset.classes,
        dataset.image_shape,
        dataset.feature_names,
    )
