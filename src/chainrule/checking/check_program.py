"""The check of one program: everything of it that has gradients, put together into one answer."""

from __future__ import annotations

import os
import time
import warnings
from dataclasses import dataclass, field

from chainrule.checking.answer import Answer, Finding, GradientCheck, Note, Target, Verdict
from chainrule.checking.answering import findings, gradient_checks
from chainrule.checking.diagnose import Diagnosis, diagnose
from chainrule.checking.judge import Judgement, State, differences
from chainrule.checking.loss_lines import loss_findings
from chainrule.checking.reading.program import Program
from chainrule.checking.record.run import CallFailed
from chainrule.checking.roles.problem import Origin
from chainrule.checking.subject import Subject, TrainedSubject
from chainrule.checking.subjects import subjects
from chainrule.checking.update_lines import update_findings

NUDGES = 1e-3
"""The relative difference between truth and central differences of the loss that is still theirs."""

SECONDS, SECONDS_EACH = 6.0, 4.0
"""How long mistakes are looked for in a file, and in one thing of it."""


@dataclass
class Part:
    """What was found of one subject."""

    name: str
    kind: str
    verdict: Verdict
    gradients: dict[str, GradientCheck] = field(default_factory=dict)
    findings: list[Finding] = field(default_factory=list)
    notes: list[Note] = field(default_factory=list)
    conventions: dict[str, str] = field(default_factory=dict)
    checked: str = ""
    reason: str = ""
    """Why it could not be checked, if so."""


def check_program(program: Program, name: str = "", seconds: float = SECONDS, calls: bool = True) -> Answer:
    """Check a program, looking for its mistakes for so many seconds of processor time at most.

    Without ``calls`` only what it does itself when it is run is checked.
    """
    start, began = time.process_time(), time.monotonic()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        found = subjects(program, 0.6 * seconds, calls)
        until = start + seconds
        chosen = [one for one in found.subjects if name in ("", one.name)]
        parts = [_safe_part(program, subject, until) for subject in chosen]
    not_run = (
        *(f"{part.name}: {part.reason}" for part in parts if part.reason),
        *(f"{group.name}: {group.reason}" for group in found.not_run),
    )
    if not parts:
        error = found.run.tape.error
        reason = error or "nothing in it has gradients: it moves no parameters, and no function returns any"
        target = Target(str(program.path), name, "")
        return Answer(Verdict.ERROR, target, not_checked=not_run or (reason,), seconds=time.monotonic() - began)
    order = (Verdict.WRONG, Verdict.ERROR, Verdict.CORRECT)
    verdict = next(one for one in order if any(part.verdict is one for part in parts))
    conventions = {key: value for part in reversed(parts) for key, value in part.conventions.items()}
    return Answer(
        verdict,
        Target(str(program.path), parts[0].name, parts[0].kind, conventions),
        {key: value for part in parts for key, value in part.gradients.items()},
        tuple(finding for part in parts for finding in part.findings),
        tuple(note for part in parts for note in part.notes),
        (),
        tuple(part.checked for part in parts if part.checked),
        not_run,
        seconds=time.monotonic() - began,
    )


def _is_understood(subject: Subject, judgement: Judgement, diagnosis: Diagnosis) -> bool:
    """Return whether gradients that no change makes right may be called wrong.

    Where most are right, or where the program trains by a usual loss that it computes and there is a line from which
    on they go wrong, the others are wrong. Else the loss or what is taken for a gradient may have been misunderstood,
    and nobody is to be accused.
    """
    if judgement.objective.origin is Origin.SUPPOSED:
        return 2 * judgement.count_right > len(judgement.claims)
    if any(claim.state in (State.RIGHT, State.SCALED, State.PENALTY) for claim in judgement.claims):
        return True
    return isinstance(subject, TrainedSubject) and judgement.usual and diagnosis.located


def _safe_part(program: Program, subject: Subject, until: float) -> Part:
    """Check one thing; one that cannot be costs its own row."""
    try:
        return _part(program, subject, until)
    except CallFailed as error:
        return Part(subject.name, subject.kind, Verdict.ERROR, reason=str(error))
    except Exception as error:  # a stranger's values may stop anything
        if "CHAINRULE_DEBUG" in os.environ:
            raise
        return Part(subject.name, subject.kind, Verdict.ERROR, reason=f"{type(error).__name__}: {error}")


def _part(program: Program, subject: Subject, until: float) -> Part:
    judgement = subject.judgement
    right = judgement.right
    part = Part(subject.name, subject.kind, Verdict.CORRECT if right else Verdict.WRONG)
    part.gradients = gradient_checks(judgement)
    objective = judgement.objective
    how = {Origin.STATED: "computed by the program", Origin.SUPPOSED: "supposed", Origin.HANDED: "handed to it"}
    part.conventions = {"loss": f"{objective.name} ({how[objective.origin]})"}
    part.checked = f"{subject.name}: gradients by the chain rule along its own run"
    if not right:
        diagnosis = diagnose(subject, max(1.0, min(SECONDS_EACH, until - time.process_time())))
        if not diagnosis.proved and not _is_understood(subject, judgement, diagnosis):
            part.verdict, part.checked, part.gradients = Verdict.ERROR, "", {}
            part.reason = "its gradients are those of no loss that is known, and it is not certain which is meant"
            return part
        part.findings = findings(program, diagnosis)
        return part
    if judgement.points and differences(judgement) > NUDGES:
        part.verdict, part.gradients = Verdict.ERROR, {}
        part.reason = "the chain rule along its run and nudges of its parameters do not agree"
        return part
    part.checked += ", beside nudged numbers"
    part.findings = loss_findings(program, subject, until)
    if not part.findings and isinstance(subject, TrainedSubject):
        part.findings = update_findings(program, subject, until)
    if part.findings:
        part.verdict = Verdict.WRONG
    return part
