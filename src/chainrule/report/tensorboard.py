"""A run in TensorBoard, while it goes on: one callback among others."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from chainrule.errors import InputError
from chainrule.files import storage_errors
from chainrule.report.event_file import BEGINNING, EventFile, import_tensorboard
from chainrule.report.filters import draw_filters, first_layer_weights
from chainrule.training.history import EpochRecord, StepRecord
from chainrule.training.loop import Callback, Training


class TensorBoard(Callback):
    """Writes an event file into a folder, for ``tensorboard --logdir FOLDER``.

    ========================  ===========================================================================
    every step                ``data_loss/mini_batch``, ``penalty/W1``, ...
    every epoch, numbers      ``data_loss/training`` and ``/validation``, ``accuracy/training`` and ``/validation``,
                              ``learning_rate``, ``gradient_norm/W1``, ``update_ratio/W1``, ``dead_units/layer_1``, ...
    every epoch, histograms   ``parameters/W1``, ``parameters/b1``, ...
    every epoch, pictures     ``first_layer``: its units' weights from every pixel, where rows are images
    ========================  ===========================================================================

    Parameters
    ----------
    folder : Path
        Made with the first step, if it is not there.
    goes_on : bool
        Whether the run is a resumed one: its earlier events may be in the folder, and those of steps that are taken
        again give way to the new ones.

    Raises
    ------
    InputError
        If tensorboard is not installed, or a new run would be mixed with the events of another one.
    """

    def __init__(self, folder: Path, *, goes_on: bool = False) -> None:
        import_tensorboard()  # or say now, not after an epoch, that it is missing
        self._folder = folder
        self._file: EventFile | None = None
        with storage_errors(str(folder)):
            if folder.exists() and not folder.is_dir():
                raise InputError("--tensorboard", expected="a folder", got=f"{folder}, a file")
            if not goes_on and any(folder.glob(f"{BEGINNING}*")):
                raise InputError(
                    "--tensorboard",
                    expected="a folder without the events of another run",
                    got=str(folder),
                    advice=f"--tensorboard {folder / 'second'}; tensorboard --logdir {folder} then shows both",
                )

    def on_steps(self, training: Training, steps: Sequence[StepRecord]) -> None:
        """Write the loss of every step."""
        for record in steps:
            penalties = {f"penalty/W{layer}": value for layer, value in enumerate(record.penalties, start=1)}
            self._at(record.step).numbers(record.step, {"data_loss/mini_batch": record.data_loss, **penalties})

    def on_epoch(self, training: Training, epoch: EpochRecord) -> None:
        """Write how the network stands: numbers, histograms of its parameters, pictures of its first layer."""
        file, parameters = self._at(epoch.step), training.state.weights.parameters
        file.numbers(epoch.step, _numbers(epoch))
        file.histograms(epoch.step, {f"parameters/{name}": parameters[name] for name in parameters})
        shape = training.data.dataset.image_shape
        if shape is not None:
            weights = first_layer_weights(parameters, training.data.preprocessing)
            file.picture(epoch.step, "first_layer", draw_filters(weights, shape))
        file.flush()

    def on_end(self, training: Training) -> None:
        """Close the file."""
        if self._file is not None:
            self._file.close()
            self._file = None

    def _at(self, step: int) -> EventFile:
        """Return the file, begun at this step if there is none yet."""
        if self._file is None:
            self._file = EventFile(self._folder, step)
        return self._file


def _numbers(epoch: EpochRecord) -> dict[str, float]:
    numbers = {
        "data_loss/training": epoch.data_loss,
        "data_loss/validation": epoch.validation_loss,
        "accuracy/training": epoch.train_accuracy,
        "accuracy/validation": epoch.validation_accuracy,
        "learning_rate": epoch.learning_rate,
    }
    numbers |= {f"gradient_norm/{name}": norm for name, norm in epoch.gradient_norms.items()}
    numbers |= {f"update_ratio/{name}": ratio for name, ratio in epoch.update_ratios.items()}
    return numbers | {f"dead_units/layer_{layer}": share for layer, share in enumerate(epoch.dead_units, start=1)}
