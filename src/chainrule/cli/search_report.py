"""What ``chainrule tune`` prints before and after the search."""

from __future__ import annotations

from typing import Any

from rich.console import Console
from rich.markup import escape

from chainrule.cli.search_progress import SHOWN, best_table
from chainrule.engine.compiling import kept_versions
from chainrule.tuning.plan import told_seconds
from chainrule.tuning.population.steps import run_steps
from chainrule.tuning.session import Session


def tell_start(console: Console, session: Session) -> None:
    """Print what is searched on what."""
    search, folder = session.search, session.folder
    problem, plan = search.problem, search.plan
    for note in problem.data.dataset.notes:
        console.print(f"note: {escape(note)}", highlight=False, soft_wrap=True)
    material = problem.material
    ranked_on = f"{plan.folds}-fold cross-validation" if plan.folds else f"{len(material.validation):,} validation rows"
    most = f"{search.most_trials} trials" if search.most_trials else "as many trials as fit"
    within = f" within {told_seconds(plan.budget)}" if plan.budget else ""
    by = {"none": "none is stopped early"}.get(plan.stopping, f"{plan.stopping}, 1 of {plan.reduction} goes on")
    facts = {
        "data": f"{problem.data.dataset.name}, {material.output_size} classes; inputs {problem.base.data.preprocess}",
        "rows": f"{len(material.train):,} to learn from; ranked by {ranked_on}",
        "space": "  ".join(f"{name} {text}" for name, text in problem.space.spelled().items()),
        "search": f"{most}{within}, {plan.population} at a time; {plan.sampler}; {by}",
        "folder": str(folder.path),
    }
    if plan.seeds > 1:
        facts["seeds"] = f"{plan.seeds} networks of each setting"
    if not kept_versions(run_steps):
        facts["engine"] = "compiling for this machine: some seconds, this once"
    if session.resumed:
        facts["resumed"] = f"{len(search.trials)} trials are known"
    for name, fact in facts.items():
        console.print(f"[bold]{name:8}[/bold] {escape(fact)}", highlight=False, soft_wrap=True)
    console.print()


def tell_results(console: Console, session: Session, results: dict[str, Any]) -> None:
    """Print the best trials, what to beware of, and where everything is."""
    folder = session.folder
    console.print()
    console.print(best_table(list(session.search.trials.values()), SHOWN))
    console.print()
    for line in _lines(results):
        console.print(line, highlight=False, soft_wrap=True)
    for warning in results["warnings"]:
        console.print(f"[bold]note:[/bold] {escape(warning)}", highlight=False, soft_wrap=True)
    console.print(f"best settings       chainrule train --config {folder.best}", highlight=False, soft_wrap=True)
    figures = "report.html, trials.csv, model.safetensors"
    console.print(f"search folder       {folder.path}  ({figures})", highlight=False, markup=False, soft_wrap=True)
    if results["interrupted"]:
        for line in ("interrupted; everything is stored. Go on with:", f"  chainrule tune --resume {folder.path}"):
            console.print(line, highlight=False, markup=False, soft_wrap=True)


def _lines(results: dict[str, Any]) -> list[str]:
    """Return the numbers, one a line."""
    counts, best = results["trials"], results["best"]
    states = ", ".join(f"{n} {state}" for state, n in counts.items() if n)
    lines = [
        f"{sum(counts.values())} trials in {told_seconds(results['seconds'])}: {states}",
        f"best: trial {best['trial']}, validation accuracy {100 * best['accuracy']:.2f} %",
    ]
    if results["ensemble"]:
        ensemble = results["ensemble"]
        known = ensemble["validation_accuracy"]
        told = f", validation accuracy {100 * known:.2f} %" if known is not None else ""
        lines.append(f"ensemble of {ensemble['networks']} networks{told}")
    if results["retrained"]:
        lines.append("the model was trained again on training and validation rows")
    for name, key in (("test accuracy", "test_accuracy"), ("test accuracy of the ensemble", "ensemble_test_accuracy")):
        if results[key] is not None:
            lines.append(f"[bold]{name} {100 * results[key]:.2f} %[/bold]")
    return lines
