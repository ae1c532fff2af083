"""Plain steps whose rates are not what they should be: clipping, and the size of the batch in one of them only."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from chainrule.checking.updates.blame import Blame
from chainrule.checking.updates.case import Case, Explained
from chainrule.checking.updates.findings import Finding, Kind

SMALL = 2
"""Twice the rate may be meant."""


def rate_findings(case: Case, explained: Sequence[Explained]) -> list[Finding]:
    """Return what is wrong with the rates of plain steps."""
    known = [one for one in explained if one.fit is not None]
    return [*_clipping(case, known), *_batch(case, known)]


def _rates(one: Explained) -> np.ndarray:
    assert one.fit is not None
    return np.asarray(np.abs(np.array(one.fit.rates)))


def _clipping(case: Case, known: Sequence[Explained]) -> list[Finding]:
    """Return what is wrong where rates go with the norm of all gradients."""
    moving = [one for one in known if one.fit is not None and not one.fit.steady]
    if not moving or len(case.samples) != len(known):
        return []
    norms = np.sqrt(sum(np.sum(one.sample.series.gradients**2, axis=1) for one in known))
    if _steady(norms):
        return []
    for power, what in (
        (-1, "multiplied by the norm of all gradients"),
        (2, "divided by the square of the norm of all"),
    ):
        if all(_goes_as(_rates(one), norms, power, case.limits) for one in moving):
            return [
                Finding(
                    Kind.CLIPPING,
                    tuple(one.sample.name for one in moving),
                    tuple(_factor_first(case, moving[0], power)),
                    f"each gradient is {what}",
                    "division by the norm",
                )
            ]
    rest = [one for one in known if one not in moving]
    if rest and all(_goes_as(_rates(one), norms, 1, case.limits) for one in moving):
        return [
            Finding(
                Kind.CLIPPING,
                tuple(one.sample.name for one in rest),
                tuple(dict.fromkeys(n for one in moving for n in _between(case, one))),
                "the norm of all gradients divides the steps of the others, not these",
                "one factor for all gradients",
            )
        ]
    return []


def _goes_as(rates: np.ndarray, norms: np.ndarray, power: int, limits: Sequence[float]) -> bool:
    """Return whether rates are divided by a power of the norms, where they are not what they are without that."""
    for usual in (np.inf, *rates):
        clipped = np.abs(rates - usual) > 1e-6 * np.abs(rates)
        products = rates[clipped] * norms[clipped] ** power
        if clipped.sum() > 1 and _steady(products):
            return True
        single = clipped.sum() == 1 and len(rates) > 2
        if single and any(abs(products[0] - usual * limit**power) < 1e-6 * abs(products[0]) for limit in limits):
            return True
    return False


def _between(case: Case, one: Explained) -> list[int]:
    """Return the statements between gradient and step, where the rate is another than usual."""
    rates = _rates(one)
    odd = int(np.argmax(np.abs(rates - np.median(rates))))
    blame = Blame(case.training, case.observed, case.observed.windows.first + odd)
    last = blame.step(one.sample.series)
    return [*(n for n in blame.statements(one.sample.series) if n not in last), *last]


def _factor_first(case: Case, one: Explained, power: int) -> list[int]:
    """Return the statements that make what multiplies a gradient, that of the norm first where its root is missing."""
    between = _between(case, one)
    if power == -1:
        return between
    flow, number = case.training.flow, case.observed.number
    start = case.training.steps[number].start
    way = set(case.blame.way(one.sample.series))
    norms = [
        v
        for v in sorted(flow.upstream(way, start=start), reverse=True)
        if np.size(flow.tape.nodes[flow.node[v]].value) == 1 and flow.event[v] >= one.sample.series.gradient.time
    ]
    found = []
    for v in norms:
        found += [*case.blame.named_at(v)[::-1], case.blame.made_at(v)]
    return [n for n in dict.fromkeys([*found, *between]) if n >= 0]


def _steady(values: np.ndarray) -> bool:
    finite = values[np.isfinite(values)]
    return bool(finite.size > 1) and float(np.ptp(finite)) <= 1e-5 * float(np.max(np.abs(finite)))


def _batch(case: Case, known: Sequence[Explained]) -> list[Finding]:
    """Return the steps that are another multiple of their gradient: the size of the batch more, or less."""
    if len(known) < 2:
        return []
    counted = _counted(case, known)
    if counted:
        return counted
    last = [float(_rates(one)[-1]) for one in known]
    if not all(np.isfinite(last)) or min(last) == 0:
        return []
    sizes = batch_sizes(case)
    usual = _usual(last)
    found = []
    for one, rate in zip(known, last, strict=True):
        ratio = max(rate / usual, usual / rate)
        if ratio > 1.5 and any(abs(ratio - n) < 1e-6 * n for n in sizes):
            found.append(one)
    if not found:
        return []
    if len(found) * 2 == len(known) and _rates(found[0])[-1] < usual:
        found = [one for one in known if one not in found]
    words = "times" if _rates(found[0])[-1] > usual else "divided by"
    return [
        Finding(
            Kind.BATCH,
            tuple(one.sample.name for one in found),
            tuple(case.blame.statements(found[0].sample.series)),
            f"its rate is that of the others {words} {max(last) / min(last):.6g}, the size of the batch",
            "one rate for all",
        )
    ]


def _counted(case: Case, known: Sequence[Explained]) -> list[Finding]:
    """Return the steps whose rate is the others', divided by a count that changes from step to step."""
    usual = [one for one in known if one.fit is not None and one.fit.steady]
    odd = [one for one in known if one not in usual]
    found = []
    for one in odd:
        for other in usual:
            ratios = _rates(other) / _rates(one)
            whole = np.abs(ratios - np.round(ratios)) < 1e-6 * ratios
            if np.all(whole) and np.min(ratios) > 1.5 and len(usual) >= len(odd):
                found.append(one)
                break
    if not found:
        return []
    return [
        Finding(
            Kind.BATCH,
            tuple(one.sample.name for one in found),
            tuple(case.blame.statements(found[0].sample.series)),
            "its rate is that of the others divided by a count that changes from step to step",
            "one rate for all",
        )
    ]


def _usual(rates: Sequence[float]) -> float:
    """Return the commonest rate."""
    return max(rates, key=lambda rate: sum(abs(other - rate) <= 1e-6 * rate for other in rates))


def batch_sizes(case: Case) -> set[int]:
    """Return how many examples a step may have: by the numbers that it divides by, and of the outputs of its loss."""
    judgement = case.judgement
    tape = judgement.problem.tape
    sizes: set[int] = {len(judgement.objective.places)}
    for event in tape.events[judgement.problem.start : judgement.problem.end]:
        if event.op in ("true_divide", "multiply", "itrue_divide", "imultiply"):
            for arg in (*event.args, *event.kwargs.values()):
                if isinstance(arg, int) and not isinstance(arg, bool):
                    sizes.add(arg)
    return {n for n in sizes if n > SMALL}
