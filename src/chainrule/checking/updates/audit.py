"""When the gradients are right: is what is done with them right?"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from chainrule.checking.judge import Judgement
from chainrule.checking.reading.program import Program
from chainrule.checking.roles.training import Training
from chainrule.checking.updates.blame import Blame, unique
from chainrule.checking.updates.case import Case, Explained
from chainrule.checking.updates.consensus import Adaptive, adaptive_fit, linear_fits, simulated
from chainrule.checking.updates.findings import Finding, Kind, Rule, UpdateAudit
from chainrule.checking.updates.linear import Fit
from chainrule.checking.updates.mending import mended
from chainrule.checking.updates.momentum import momentum_findings
from chainrule.checking.updates.observe import observe
from chainrule.checking.updates.others import other_gradients, spoiled
from chainrule.checking.updates.rates import rate_findings
from chainrule.checking.updates.sample import sampled
from chainrule.checking.updates.signs import decay_findings, sign_findings, sign_of_changes
from chainrule.checking.updates.still import still_findings, stuck_findings

MOMENTA = ("momentum", "Nesterov momentum", "momentum twice")
PLAIN = ("gradient descent", "gradient descent with weight decay")


def audit(training: Training, judgement: Judgement, program: Program) -> UpdateAudit:
    """Return what is wrong with the update of a program whose gradients were judged.

    Parameters
    ----------
    training : Training
    judgement : Judgement
        Of one of its steps.
    program : Program
    """

    def is_mended(changed: Training, judged: Judgement) -> bool:
        return not audit(changed, judged, program).findings

    def audited(rule: Rule | None, found: list[Finding], *notes: str) -> UpdateAudit:
        tape = training.flow.tape
        return UpdateAudit(rule, tuple(replace(one, fix=mended(one, tape, program)) for one in found), notes, is_mended)

    if stuck := stuck_findings(training):
        return audited(None, stuck)
    observed = observe(training, judgement)
    if observed is None and (changed_signs := sign_of_changes(training, judgement)):
        return audited(Rule("gradient descent"), changed_signs)
    if observed is None:
        return audited(None, [], "no true gradient is known to move a parameter")
    samples = [
        sampled(one, observed.windows.first == 0) for one in observed.series if one.used and np.any(one.gradients)
    ]
    case = Case(training, judgement, program, observed, Blame(training, observed), samples)
    rule, found = _by_rule(case) if samples else (None, [])
    found = [*other_gradients(case), *still_findings(case), *found]
    return audited(rule, found, *([] if rule is not None else ["the moves follow no rule that is known here"]))


def _by_rule(case: Case) -> tuple[Rule | None, list[Finding]]:
    fits = linear_fits(case.samples)
    kinds = Counter(_family(those[0]) for those in fits if those)
    known = sum(kinds.values())
    if known * 2 > len(fits) or (known * 2 == len(fits) and known > 1):
        return _linear(case, fits, kinds)
    adaptive = adaptive_fit(
        case.samples, case.program, lambda op: any(op in case.blame.operations(s.series) for s in case.samples[:2])
    )
    return _adaptive(case, adaptive) if adaptive is not None else (None, [])


def _family(fit: Fit) -> str:
    return "plain" if fit.rule in PLAIN else fit.rule


def _linear(case: Case, fits: Sequence[list[Fit]], kinds: Counter[str]) -> tuple[Rule, list[Finding]]:
    """Return the linear rule of most parameters, and what is wrong with the others, or with all."""
    family = kinds.most_common(1)[0][0]
    if family == "plain" and sum(kinds[one] for one in MOMENTA) * 2 >= kinds.total() and kinds.total() > 2:
        family = next(one for one in MOMENTA if kinds[one])
    found: list[Finding] = []
    if family == "momentum twice":
        found.append(_twice(case))
    elif family in MOMENTA:
        found += momentum_findings(case, fits, family)
    explained = [
        Explained(sample, those[0] if those else None) for sample, those in zip(case.samples, fits, strict=True)
    ]
    if family == "plain":
        found += rate_findings(case, explained)
    accused = {name for one in found for name in one.parameters}
    found += sign_findings(case, [one for one in explained if one.sample.name not in accused])
    found += decay_findings(case, explained)
    accused = {name for one in found for name in one.parameters}
    for one in explained:
        if one.fit is None and one.sample.name not in accused:
            other = spoiled(case, one.sample.series)
            found += [other] if other is not None else []
    fit = next(one.fit for one in explained if one.fit is not None and _family(one.fit) == family)
    return Rule(fit.rule, fit.constants), found


def _twice(case: Case) -> Finding:
    names = tuple(one.name for one in case.samples)
    step = case.blame.step(case.samples[0].series)
    what = "each move holds the momentum of the step before twice"
    return Finding(Kind.TWICE, names, tuple(step), what, "the velocity added to the value that it was computed for")


def _adaptive(case: Case, adaptive: Adaptive) -> tuple[Rule, list[Finding]]:
    spec, constants = adaptive.spec, adaptive.constants
    explained = [Explained(sample, fit) for sample, fit in zip(case.samples, adaptive.fits, strict=True)]
    first = next(one for one in explained if one.fit is not None)
    assert first.fit is not None
    rule = Rule(
        spec.name,
        {"rate": first.fit.rates[-1], "beta1": constants.beta1, "beta2": constants.beta2, "epsilon": constants.epsilon},
    )
    found: list[Finding] = []
    if spec.kind is not None:
        found.append(_near_miss(case, adaptive, first))
    return rule, [*found, *sign_findings(case, explained)]


def _near_miss(case: Case, adaptive: Adaptive, first: Explained) -> Finding:
    spec = adaptive.spec
    assert spec.kind is not None
    quantities = simulated(spec, adaptive.constants, first.sample).quantities
    statements: list[int] = _factors(case, adaptive, first) if spec.folded else []
    for name in spec.suspects:
        row = quantities[name][case.observed.number - case.observed.windows.first]
        statements += case.blame.equal(first.sample.series, row, first.sample.columns)
    statements = unique([*statements, *case.blame.statements(first.sample.series)])
    return Finding(
        spec.kind,
        tuple(sample.name for sample, fit in zip(case.samples, adaptive.fits, strict=True) if fit is not None),
        tuple(statements),
        f"the moves are reproduced by {spec.name} with this mistake (beta1 {adaptive.constants.beta1:g}, "
        f"beta2 {adaptive.constants.beta2:g}), and not by {spec.name}",
        spec.meant,
    )


def _factors(case: Case, adaptive: Adaptive, first: Explained) -> list[int]:
    """Return the statements that make the rate with its corrections, where they are made apart."""
    if adaptive.spec.kind not in (Kind.CORRECTION_MISSING, Kind.CORRECTION_WRONG):
        return []
    row = case.observed.number - case.observed.windows.first
    found = []
    for vertex, value in case.blame.numbers(first.sample.series):
        factor = simulated(adaptive.spec, adaptive.constants, first.sample).quantities["factor"][row]
        rate = first.fit.rates[row] if first.fit is not None else 0.0
        if abs(abs(value) - abs(rate * float(factor[0]))) <= 1e-6 * abs(value):
            found += [*case.blame.named_at(vertex), case.blame.made_at(vertex)]
    return found
