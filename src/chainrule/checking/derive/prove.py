"""The proof: the program is run with its backward pass, and every gradient compared with the chain rule."""

from __future__ import annotations

import ast
from dataclasses import dataclass
from typing import Any

import numpy as np

from chainrule.checking.derive.insert import inserted
from chainrule.checking.derive.lines import Kept
from chainrule.checking.derive.result import DerivedLine, GradientCheck, Part
from chainrule.checking.derive.seeing import EYE, Sightings, looking
from chainrule.checking.derive.write import Written
from chainrule.checking.judge import Judgement, judge
from chainrule.checking.reading.program import Program
from chainrule.checking.record.rewrite import RECORDER
from chainrule.checking.record.run import Limits, record
from chainrule.checking.record.tape import Ref, Tape
from chainrule.checking.roles.problem import Objective, Parameter, Problem, stated
from chainrule.checking.truth.replay import Place, Substitution

TOLERANCE = 1e-6


@dataclass
class Proof:
    """What was found."""

    gradients: tuple[GradientCheck, ...]
    proved: bool
    points: int
    differences: float
    reason: str = ""


def marked(text: str, written: Written) -> str:
    """Return the program with the backward pass, showing parameters, loss and gradients."""
    start = written.entry.statements[0]
    first = _show("start", "0")
    last = (
        _show("parameters", "[" + ", ".join(f"({key!r}, {key})" for key, _ in written.pairs) + "]")
        + "; "
        + _show("gradients", f"[{', '.join(made for _, made in written.pairs)}]")
        + "; "
        + _show("loss", f"({written.loss}) + 0.0")
    )
    parts = []
    kept = written.kept
    for part in written.parts:
        if part.name:
            parts.append(part)
        else:
            alone = start.lineno == part.after + 1  # the forward pass is one line that returns the loss
            lines = (*([DerivedLine(first, 0, "")] if alone else []), *part.lines, DerivedLine(last, 0, ""))
            parts.append(Part("", part.after, part.indent, lines))
            kept = written.kept if alone else [Kept(start.lineno, first), *written.kept]
    return inserted(text, parts, kept)


def _show(mark: str, value: str) -> str:
    return f"{EYE}({mark!r}, {value}, {RECORDER})"


def prove(program: Program, text: str, written: Written, limits: Limits | None = None) -> Proof:
    """Run the program with its backward pass, and judge it."""
    try:
        changed = program.changed(marked(text, written))
    except SyntaxError as error:
        return Proof((), False, 0, float("nan"), f"what was written is not Python: {error}")
    with looking() as seen:
        run = record(changed, limits=limits or Limits(seconds=4.0, events=60_000, first_question=10**9))
    if "gradients" not in seen.marks or "loss" not in seen.marks:
        reason = (
            f"{run.skipped[0][1]} in line {run.skipped[0][0]}"
            if run.skipped
            else run.tape.error or "it was not reached"
        )
        return Proof((), False, 0, float("nan"), f"the program with the backward pass stopped: {reason}")
    return _judged(run.tape, seen, written)


def _judged(tape: Tape, seen: Sightings, written: Written) -> Proof:
    end, loss, last = seen.marks["loss"][0]
    found = seen.marks["gradients"][0][1]
    start = [time for time, _, tick in seen.marks["start"] if tick < last][-1]
    given = seen.marks["parameters"][0][1]
    parameters, missing = [], []
    for (label, value), gradient in zip(given, found, strict=True):
        for name, ref, claim in _pairs(label, value, gradient):
            if claim is None:
                missing.append(name)
            else:
                parameters.append(Parameter(name, Place(ref.node, start), (Place(claim.node, end),)))
    if not parameters:
        return Proof((), False, 0, float("nan"), "no gradient was found")
    objective = stated("loss", [Place(loss.node, end)], -1)
    problem = Problem("derived", "derived", tape, start, end, tuple(parameters), (objective,))
    judgement = _judgement(problem, objective)
    if judgement is None:
        return Proof((), False, 0, float("nan"), "the chain rule could not be followed along the tape")
    errors = [0.0] * len(parameters)
    for point in judgement.points:
        for number, one in enumerate(parameters):
            claim = point.values.seen.get(one.claims[0])
            errors[number] = max(errors[number], _error(claim, point.truths[number]))
    checks = tuple(
        GradientCheck(one.name, tuple(np.shape(tape.nodes[one.place.node].value)), error, error < TOLERANCE)
        for one, error in zip(parameters, errors, strict=True)
    )
    numeric = central_differences(judgement) if judgement.points else float("nan")
    fine = bool(judgement.points) and all(one.proved for one in checks) and numeric < 1e-4
    reason = "" if fine else _reason(checks, numeric, len(judgement.points))
    return Proof(checks, fine, len(judgement.points), numeric, reason)


def _judgement(problem: Problem, objective: Objective) -> Judgement | None:
    """Return the gradients at several points; at one where a choice of entries falls otherwise elsewhere."""
    for points in (3, 1):
        try:
            return judge(problem, objective, points)
        except ValueError:
            continue
    return None


def central_differences(judgement: Judgement, seed: int = 0) -> float:
    """Return how far the chain rule is from central differences, along one direction for each parameter.

    The error is relative to the gradient of that parameter, or to a millionth of the largest one: below that there is
    only rounding.
    """
    problem, objective, replay = judgement.problem, judgement.objective, judgement.replay
    assert replay is not None
    point = judgement.points[-1]
    random = np.random.default_rng(seed)
    largest = max(float(np.linalg.norm(np.ravel(one))) for one in point.truths)
    worst = 0.0
    for number, parameter in enumerate(problem.parameters):
        put = next((one.value for one in point.substitutions if one.place == parameter.place), None)
        at: Any = np.asarray(put if put is not None else replay.run((), [parameter.place]).seen[parameter.place], float)
        direction = random.normal(size=at.shape)
        step = 1e-5 * max(1.0, float(np.sqrt(np.mean(np.square(at))))) if at.size else 1e-5
        sides = []
        for sign in (1.0, -1.0):
            others = [one for one in point.substitutions if one.place != parameter.place]
            nudged = at + sign * step * direction
            new = Substitution(parameter.place, nudged if at.ndim else float(nudged))
            seen = replay.run([*others, new], objective.places).seen
            sides.append(objective.value([seen[place] for place in objective.places]))
        numeric = (sides[0] - sides[1]) / (2 * step)
        exact = float(np.sum(point.truths[number] * direction))
        scale = float(np.linalg.norm(np.ravel(point.truths[number]))) + abs(exact)
        worst = max(worst, abs(numeric - exact) / (max(scale, 1e-5 * largest) + 1e-7))
    return worst


def _reason(checks: tuple[GradientCheck, ...], numeric: float, points: int) -> str:
    wrong = [one.name for one in checks if not one.proved]
    if not points:
        return "the chain rule on the tape could not be computed"
    return (
        f"the gradient of {', '.join(wrong)} is not the one of the chain rule"
        if wrong
        else f"central differences are off by {numeric:.1e}"
    )


def _error(claim: Any, truth: Any) -> float:
    if claim is None or (np.shape(claim) != np.shape(truth) and np.size(claim) != np.size(truth)):
        return float("inf")
    difference = np.abs(np.reshape(claim, np.shape(truth)) - truth)
    scale = float(np.max(np.abs(truth), initial=0.0))
    if np.shape(claim) != np.shape(truth):
        return float("inf")
    return float(np.max(difference, initial=0.0)) / (scale + 1e-8)


def _pairs(label: str, value: Any, gradient: Any) -> list[tuple[str, Ref, Ref | None]]:
    """Return names, parameters and gradients that belong together in containers of the same form."""
    if isinstance(value, Ref):
        return [(label, value, gradient if isinstance(gradient, Ref) else None)]
    pairs: list[tuple[str, Ref, Ref | None]] = []
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, one in items:
        inner = None
        if isinstance(gradient, dict):
            inner = gradient.get(key)
        elif isinstance(gradient, list) and isinstance(key, int) and key < len(gradient):
            inner = gradient[key]
        if inner is not None:
            pairs += _pairs(f"{label}[{key!r}]", one, inner)
    return pairs


__all__ = ["Proof", "ast", "prove"]
