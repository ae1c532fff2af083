"""The end of a search: tables, best settings, models, figures, and the summary of it all."""

from __future__ import annotations

from collections import Counter
from typing import Any

from chainrule.errors import DivergedError, InterruptedByUser
from chainrule.tuning import winner
from chainrule.tuning.importance import importances
from chainrule.tuning.pictures import draw_all
from chainrule.tuning.results import table, write_tables
from chainrule.tuning.session import Session
from chainrule.tuning.trial import DIVERGED, FINISHED, RUNNING, STOPPED, ranked


def finish(session: Session, *, retrain: bool = False, final_test: bool = False) -> dict[str, Any]:
    """Write everything that a search leaves behind, and return its summary.

    Parameters
    ----------
    retrain : bool
        Train the winner on training and validation rows together. Where it was found by cross-validation, it always
        is: each of its networks has learnt from a part of the rows only.
    final_test : bool
        Read the test split, this once.

    Raises
    ------
    DivergedError
        If no trial has an accuracy.
    """
    search, folder = session.search, session.folder
    problem, plan, clock = search.problem, search.plan, search.clock
    trials = search.ledger.trials() if not clock.interrupted else list(search.trials.values())
    search.trials = {trial.number: trial for trial in trials}
    write_tables(folder, problem, trials)
    order = ranked(trials)
    if not order:
        raise _nothing_known(session)
    best = order[0]
    model = winner.save_best(problem, plan, search.kept, trials, folder.model, retrain=retrain)
    ensemble = None
    if plan.ensemble:
        ensemble = winner.ensemble_of(problem, plan, search.kept, trials)
        ensemble.save(folder.ensemble)
    found = importances(problem.space, trials)
    states = Counter(trial.state for trial in trials)
    results: dict[str, Any] = {
        "run": str(folder.path),
        "seconds": round(clock.elapsed, 3),
        "interrupted": clock.interrupted,
        "trials": {state: states[state] for state in (FINISHED, STOPPED, DIVERGED, RUNNING)},
        "best": table([best])[0],
        "importance": found,
        "warnings": _warnings(session),
        "retrained": retrain or plan.folds > 0,
        "ensemble": None,
        "test_accuracy": winner.test_accuracy(problem, model) if final_test else None,
        "ensemble_test_accuracy": None,
    }
    if ensemble is not None:
        known = None if plan.folds else winner.validation_accuracy(problem, ensemble)
        results["ensemble"] = {"networks": len(ensemble.models), "validation_accuracy": known}
        results["ensemble_test_accuracy"] = winner.test_accuracy(problem, ensemble) if final_test else None
    draw_all(folder, search, found)
    folder.write_json(folder.results, results)
    return results


def _nothing_known(session: Session) -> Exception:
    """Return the error where there is no best trial."""
    advice = f"chainrule tune --resume {session.folder.path}"
    if session.search.clock.interrupted:
        return InterruptedByUser(f"interrupted before anything was measured; go on with:\n  {advice}")
    if not any(trial.state == DIVERGED for trial in session.search.trials.values()):
        return DivergedError(f"the budget ended before anything was measured\n  try: {advice} --budget 5m")
    return DivergedError(
        "no trial has an accuracy: the losses of all left the finite numbers\n"
        "  try: a space of smaller learning rates, or --preprocess mean,std"
    )


def _warnings(session: Session) -> list[str]:
    """Say what a reader should know about the best settings."""
    search = session.search
    space = search.problem.space
    best = ranked(list(search.trials.values()))[0]
    warnings = [
        f"the best {name.replace('_', ' ')}, {_value(best.params[name])}, is at the {edge} end of the space"
        f" ({space.dimensions[name]}): look beyond it"
        for name, edge in space.edges(best.params).items()
    ]
    elsewhere = sum(trial.state == RUNNING for trial in search.trials.values())
    if elsewhere and not search.clock.over():
        warnings.append(f"{elsewhere} trials are under way in another process; --resume, later, counts them in")
    if best.state != FINISHED and best.last is not None:
        total = search.total_steps(best)
        warnings.append(f"the best trial was stopped after {best.last.steps:,} of its {total:,} steps")
    return warnings


def _value(value: object) -> str:
    return f"{value:.3g}" if isinstance(value, float) else str(value)
