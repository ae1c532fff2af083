"""What scikit-learn's classes do not take, refused where it would have no effect."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from chainrule.errors import InputError

if TYPE_CHECKING:
    from chainrule.estimator.base import BaseMLP


class Held(NamedTuple):
    """A validation set of the user's own, as it was given to ``fit``."""

    X: Any = None
    y: Any = None
    sample_weight: Any = None


NOTHING_HELD = Held()


def check_extras(model: BaseMLP, held: Held, incremental: bool) -> None:
    """Refuse arguments that do not go together.

    Raises
    ------
    InputError
        Naming the one that lacks another.
    ValueError
        In scikit-learn's words, for ``partial_fit`` with ``early_stopping``.
    """
    name = type(model).__name__
    if (held.X is None) != (held.y is None):
        raise InputError(f"X_val and y_val of {name}.fit", expected="both or neither", got="one")
    if held.X is None and held.sample_weight is not None:
        raise InputError(f"sample_weight_val of {name}.fit", expected="X_val and y_val with it", got="neither")
    if incremental and model.early_stopping:
        raise ValueError("partial_fit does not support early_stopping=True")
    if not incremental and not model.early_stopping and held.X is None:
        _refuse_unmeasured(model, name)
    if model.solver == "lbfgs":
        _refuse_without_epochs(model, name, held)


def _refuse_unmeasured(model: BaseMLP, name: str) -> None:
    """Refuse what needs validation rows."""
    for option, asked in (("restore_best", model.restore_best), ("scoring", model.scoring is not None)):
        if asked:
            advice = "early_stopping=True, or fit(X, y, X_val=..., y_val=...)"
            raise InputError(f"{option} of {name}", expected="rows to measure on", got="none", advice=advice)


def _refuse_without_epochs(model: BaseMLP, name: str, held: Held) -> None:
    """Refuse what needs epochs of mini-batches."""
    extras = {
        "dropout": model.dropout > 0,
        "schedule": model.schedule is not None,
        "warm_up": model.warm_up > 0,
        "callbacks": model.callbacks is not None,
        "progress": model.progress,
        "X_val": held.X is not None,
    }
    for option, asked in extras.items():
        if asked:
            raise InputError(f"{option} of {name}", expected="solver='sgd' or 'adam'", got="solver='lbfgs'")
