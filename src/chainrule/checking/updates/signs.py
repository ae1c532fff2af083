"""Steps that go uphill where downhill was meant."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from chainrule.checking.judge import Judgement, State
from chainrule.checking.roles.training import Training
from chainrule.checking.updates.case import Case, Explained
from chainrule.checking.updates.findings import Finding, Kind
from chainrule.checking.updates.meant import direction, form


def sign_findings(case: Case, explained: Sequence[Explained]) -> list[Finding]:
    """Return the parameters that are moved the wrong way."""
    uphill = [one for one in explained if one.fit is not None and _slope(case, one) > 0]
    downhill = [one for one in explained if one.fit is not None and _slope(case, one) < 0]
    meant = direction(case.judgement.objective) or form(case.training.flow, case.judgement.objective)
    if meant == 0 and not (uphill and downhill):
        return []
    wrong = uphill
    if meant == 1 or (meant == 0 and len(uphill) > len(downhill)):
        wrong = downhill
    groups: dict[tuple[int, ...], list[Explained]] = {}
    for one in wrong:
        groups.setdefault(tuple(_statements(case, one)), []).append(one)
    way = "up" if wrong is uphill else "down"
    return [
        Finding(
            Kind.SIGN,
            tuple(one.sample.name for one in those),
            statements,
            f"its step goes {way} its gradient, {abs(those[0].fit.rates[-1] if those[0].fit else 0):.3g} times it",
            f"a step {'down' if way == 'up' else 'up'} the gradient",
        )
        for statements, those in groups.items()
    ]


def _slope(case: Case, one: Explained) -> float:
    """Return the sign of what the steps do to the objective, to first order."""
    assert one.fit is not None
    rates = [rate for rate in one.fit.rates if np.isfinite(rate)]
    return -float(np.sign(rates[-1]) * np.sign(one.sample.series.scale)) if rates else 0.0


def _statements(case: Case, one: Explained) -> list[int]:
    """Return the statements of a step, the one that holds the wrong sign first."""
    blame, series = case.blame, one.sample.series
    way = blame.statements(series)
    assert one.fit is not None
    states = velocity_statements(case, one) if "omentum" in one.fit.rule else []
    if not states:
        return way
    return [*states, *(n for n in way if n not in states)] if _adds(case, one) else way


def velocity_statements(case: Case, one: Explained) -> list[int]:
    """Return the statements that make the states which are on a parameter's way."""
    flow = case.training.flow
    way = set(case.blame.way(one.sample.series))
    links = [link for state in case.training.states for link in state.links if link.new in way]
    found = [flow.tape.statement_of(flow.tape.events[link.event]) for link in links]
    if not found and one.fit is not None and "omentum" in one.fit.rule:
        last = case.blame.step(one.sample.series)
        found = [n for n in case.blame.statements(one.sample.series) if n not in last]
    return list(dict.fromkeys(found))


def _adds(case: Case, one: Explained) -> bool:
    """Return whether the velocity's own line adds the gradient, and the parameter's adds the velocity."""
    link = case.blame.move(one.sample.series).links[-1]
    return case.training.flow.tape.events[link.event].op in ("add", "iadd")


def decay_findings(case: Case, explained: Sequence[Explained]) -> list[Finding]:
    """Return the parameters whose weight decay makes them grow."""
    return [
        Finding(
            Kind.DECAY_SIGN,
            (one.sample.name,),
            tuple(case.blame.statements(one.sample.series)),
            f"each step adds {-one.fit.constants['decay']:.3g} times the value to it",
            "a step that makes the value smaller",
        )
        for one in explained
        if one.fit is not None and one.fit.constants.get("decay", 0.0) < 0
    ]


def sign_of_changes(training: Training, judgement: Judgement) -> list[Finding]:
    """Return the parameters, changed entry by entry, whose change is a positive multiple of a loss's gradient."""
    found = []
    if (direction(judgement.objective) or form(training.flow, judgement.objective)) >= 0:
        return []
    step = next((one for one in training.steps if one.start == judgement.problem.start), None)
    for claim, move in zip(judgement.claims, step.moves.values() if step else (), strict=False):
        if claim.state is State.RIGHT and claim.place not in claim.parameter.claims and claim.scale > 0:
            tape = training.flow.tape
            statements = [tape.statement_of(tape.events[link.event]) for link in move.links]
            found.append(
                Finding(
                    Kind.SIGN,
                    (claim.parameter.name,),
                    tuple(dict.fromkeys(statements)),
                    f"its change is {claim.scale:.3g} times its gradient",
                    "a step down the gradient",
                )
            )
    return found
