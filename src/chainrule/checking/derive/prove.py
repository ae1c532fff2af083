"""The proof: the program with its backward pass is run, and every gradient compared with the chain rule and with differences."""

from __future__ import annotations

import ast
from dataclasses import dataclass
from typing import Any

import numpy as np

from chainrule.checking.derive.insert import inserted
from chainrule.checking.derive.result import DerivedLine, GradientCheck, Part
from chainrule.checking.derive.seeing import EYE, Sightings, looking
from chainrule.checking.derive.write import Written
from chainrule.checking.judge import differences, judge
from chainrule.checking.reading.program import Program
from chainrule.checking.record.rewrite import RECORDER
from chainrule.checking.record.run import Limits, record
from chainrule.checking.record.tape import Ref, Tape
from chainrule.checking.roles.problem import Parameter, Problem, stated
from chainrule.checking.truth.replay import Place

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
    first = _show("parameters", "[" + ", ".join(f"({key!r}, {key})" for key, _ in written.pairs) + "]")
    last = _show("gradients", f"[{', '.join(made for _, made in written.pairs)}]") + "; " + _show("loss", f"({written.loss}) + 0.0")
    parts = []
    for part in written.parts:
        if part.name:
            parts.append(part)
        else:
            parts.append(Part("", part.after, part.indent, (*part.lines, DerivedLine(last, 0, ""))))
    from chainrule.checking.derive.lines import Kept

    return inserted(text, parts, [Kept(start.lineno, first), *written.kept])


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
        reason = f"{run.skipped[0][1]} in line {run.skipped[0][0]}" if run.skipped else run.tape.error or "it was not reached"
        return Proof((), False, 0, float("nan"), f"the program with the backward pass stopped: {reason}")
    return _judged(run.tape, seen, written)


def _judged(tape: Tape, seen: Sightings, written: Written) -> Proof:
    end, loss = seen.marks["loss"][0]
    found = seen.marks["gradients"][0][1]
    befores = [one for one in seen.marks["parameters"] if one[0] < end]
    start, given = befores[-1]
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
    judgement = judge(problem, objective)
    errors = [0.0] * len(parameters)
    for point in judgement.points:
        for number, one in enumerate(parameters):
            claim = point.values.seen.get(one.claims[0])
            errors[number] = max(errors[number], _error(claim, point.truths[number]))
    checks = tuple(
        GradientCheck(one.name, tuple(np.shape(tape.nodes[one.place.node].value)), error, error < TOLERANCE)
        for one, error in zip(parameters, errors, strict=True)
    )
    numeric = differences(judgement) if judgement.points else float("nan")
    fine = bool(judgement.points) and all(one.proved for one in checks) and numeric < 1e-4
    reason = "" if fine else _reason(checks, numeric, len(judgement.points))
    return Proof(checks, fine, len(judgement.points), numeric, reason)


def _reason(checks: tuple[GradientCheck, ...], numeric: float, points: int) -> str:
    wrong = [one.name for one in checks if not one.proved]
    if not points:
        return "the chain rule on the tape could not be computed"
    return f"the gradient of {', '.join(wrong)} is not the one of the chain rule" if wrong else f"central differences are off by {numeric:.1e}"


def _error(claim: Any, truth: Any) -> float:
    if claim is None or np.shape(claim) != np.shape(truth) and np.size(claim) != np.size(truth):
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
