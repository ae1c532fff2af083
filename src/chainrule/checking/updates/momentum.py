"""Parameters that do not follow the momentum that the others have."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from chainrule.checking.record.tape import Event
from chainrule.checking.roles.steps import path
from chainrule.checking.updates.case import Case, Explained
from chainrule.checking.updates.findings import Finding, Kind
from chainrule.checking.updates.linear import Fit


def momentum_findings(case: Case, fits: Sequence[list[Fit]], rule: str) -> list[Finding]:
    """Return what is wrong with a momentum that most parameters have, or all."""
    found = []
    named = [next((fit for fit in those if fit.rule == rule), None) for those in fits]
    proper = [
        (fit, len(those)) for fit, those in zip(named, fits, strict=True) if fit is not None and those[0].rule == rule
    ]
    mu = float(np.median([fit.constants["momentum"] for fit, _ in proper]))
    rate = float(np.median([abs(fit.constants["rate"]) for fit, _ in proper]))
    for sample, those, fit in zip(case.samples, fits, named, strict=True):
        one = Explained(sample, fit)
        first = those[0] if those else None
        if first is not None and first.rule == "gradient descent":
            found.append(_not_kept(case, one, first, mu))
        elif fit is not None:
            own, own_rate = fit.constants["momentum"], abs(fit.constants["rate"])
            if abs(own - 1) < 1e-6:
                found.append(_not_reset(case, one))
            elif _same(own, mu) and _same(own_rate, mu * rate) and not _same(mu, 1):
                found.append(_friction(case, one, mu))
            elif own < 0:
                found.append(_negative(case, one, own))
    return found


def _same(a: float, b: float) -> bool:
    return abs(a - b) <= 1e-5 * max(abs(a), abs(b))


def _not_kept(case: Case, one: Explained, fit: Fit, mu: float) -> Finding:
    blame, series = case.blame, one.sample.series
    last = blame.step(series)
    before = [n for n in blame.statements(series) if n not in last]
    named = [n for n in before if n != case.training.flow.tape.statement_of(_event(case, series.gradient.time - 1))]
    unused = not named
    return Finding(
        Kind.STATE_NOT_USED if unused else Kind.STATE_NOT_KEPT,
        (series.name,),
        (*named, *last),
        f"each move is {-fit.rates[-1]:.3g} times the gradient; the others have momentum {mu:.3g}",
        f"momentum {mu:.3g}",
    )


def _event(case: Case, index: int) -> Event:
    return case.training.flow.tape.events[index]


def _not_reset(case: Case, one: Explained) -> Finding:
    flow = case.training.flow
    sites = [site for site in path(flow.tape, _event(case, one.sample.series.gradient.time - 1)) if site >= 0]
    calls = [flow.tape.sites[sites[-1]].statement] if len(sites) > 1 else []
    statements = list(dict.fromkeys([*calls, *_velocity_first(case, one)]))
    return Finding(
        Kind.NOT_RESET,
        (one.sample.name,),
        tuple(statements),
        "each move is a multiple of the sum of all gradients so far",
        "gradients set back to zero in every step",
    )


def _friction(case: Case, one: Explained, mu: float) -> Finding:
    return Finding(
        Kind.MOMENTUM,
        (one.sample.name,),
        tuple(_velocity_first(case, one)),
        f"its gradient is multiplied by the momentum {mu:.3g} too; those of the others are not",
        "the momentum on the velocity alone",
    )


def _negative(case: Case, one: Explained, mu: float) -> Finding:
    return Finding(
        Kind.MOMENTUM,
        (one.sample.name,),
        tuple(_velocity_first(case, one)),
        f"each move holds {mu:.3g} times the move before",
        "a momentum between 0 and 1",
    )


def _velocity_first(case: Case, one: Explained) -> list[int]:
    blame, series = case.blame, one.sample.series
    last = blame.step(series)
    return [*(n for n in blame.statements(series) if n not in last), *last]
