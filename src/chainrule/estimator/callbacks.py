"""What is told of an epoch, and who listens: the user's functions, printed lines, a progress bar."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from chainrule.estimator.base import BaseMLP


@dataclass(frozen=True)
class Epoch:
    """An epoch that has ended.

    Attributes
    ----------
    number : int
        Counted from 1 in every call of ``fit``.
    loss : float
        The mean loss of its mini-batches, each before its step, penalty included.
    learning_rate : float
        Of its last step.
    validation_loss, validation_score : float or None
        None without validation rows.
    """

    number: int
    loss: float
    learning_rate: float
    validation_loss: float | None = None
    validation_score: float | None = None


Callback = Callable[["BaseMLP", Epoch], Any]
"""``callback(estimator, epoch)`` is called after every epoch; training ends if it returns True."""


def listeners(model: BaseMLP) -> list[Callback]:
    """Return the callbacks that a user has given."""
    if model.callbacks is None:
        return []
    return [model.callbacks] if callable(model.callbacks) else list(model.callbacks)


def print_epoch(model: BaseMLP, epoch: Epoch) -> None:
    """Print an epoch as scikit-learn does."""
    print(f"Iteration {epoch.number}, loss = {epoch.loss:.8f}")
    if epoch.validation_score is not None:
        print(f"Validation score: {epoch.validation_score:f}")


@contextmanager
def progress_bar(total: int) -> Iterator[Callback]:
    """Show a bar of ``total`` epochs; what is yielded moves it on."""
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (
        TextColumn("epochs"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
        TextColumn("{task.fields[told]}"),
    )
    with Progress(*columns) as bar:
        task = bar.add_task("epochs", total=total, told="")

        def move(model: BaseMLP, epoch: Epoch) -> None:
            told = f"loss {epoch.loss:.4f}"
            if epoch.validation_score is not None:
                told += f"  validation {epoch.validation_score:.4f}"
            bar.update(task, advance=1, told=told)

        yield move
