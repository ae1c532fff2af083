"""The weights that a program begins with: equal ones make all units of a layer the same for ever."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

import numpy as np
from numpy import ndarray

from chainrule.checking.experiment import Sizes
from chainrule.checking.reading.recognise.cases import known_things
from chainrule.checking.reading.recognise.network_class import constructed, parameters_of
from chainrule.checking.repairs.candidate import Change
from chainrule.checking.teaching.record import Lessons
from chainrule.checking.teaching.remedies import Mistake, Remedy, mended, remedy, simple_statements, with_part
from chainrule.checking.teaching.subject import Subject

TINY = 1.5e-3
"""Weights below this carry no signal through several layers of usual width."""

STEPS, RATE = 20, 0.1
DRAWS = re.compile(r"randn$|rand$|random$|normal$|uniform$|random_sample$|xavier|glorot|kaiming", re.IGNORECASE)
ALIKE = re.compile(r"\b(zeros|ones|full|zeros_like|ones_like)$")


def own_weights(subject: Subject) -> Lessons:
    """Make networks of two widths with the program's own constructor and look at their weights."""
    cls = subject.loaded.namespace.get(subject.experiment.name.split(".")[0])
    depth = len(subject.experiment.sizes[0].hidden)
    if not isinstance(cls, type) or depth == 0 or not subject.has_open_sizes:
        return Lessons()
    C = subject.experiment.sizes[0].C
    narrow, wide = (_weights(cls, Sizes(6, D, (D - 10,) * depth, C)) for D in (30, 120))
    if len(narrow) <= depth or narrow.keys() != wide.keys():
        return Lessons()  # weights are made elsewhere
    hidden = list(narrow.values())[:-1]
    if all(np.ptp(weight) == 0 for weight in hidden):
        return _equal(subject, cls, wide)
    scales = [float(np.std(weight)) for weight in (*narrow.values(), *wide.values())]
    fixed = max(scales) < TINY and min(scales) > 0.5 * max(scales)
    if fixed and depth > 1:
        return subject.note(
            f"weights begin at {scales[0]:.1g} whatever the width: through {depth} hidden layers hardly any signal "
            "arrives, and hardly any gradient comes back. sqrt(2 / inputs) of a layer keeps both (He et al., 2015)"
        )
    return Lessons()


def _weights(cls: type, sizes: Sizes) -> dict[str, ndarray]:
    known = known_things(sizes, 0.0, np.zeros((sizes.N, sizes.D)), np.zeros(sizes.N, np.int64))
    made = {name: np.asarray(value, np.float64) for name, (_, value) in parameters_of(constructed(cls, known)).items()}
    return {name: value for name, value in made.items() if value.ndim == 2 and min(value.shape) > 1}


def _equal(subject: Subject, cls: type, weights: dict[str, ndarray]) -> Lessons:
    name = cls.__name__
    if not _stay_equal(subject, cls) or _drawn_elsewhere(subject):
        return Lessons()
    value = float(next(iter(weights.values())).flat[0])
    evidence = (
        f"All weights of a layer begin at {value:g}: its units compute the same and get the same gradient, and after "
        f"{STEPS} steps of training they are still the same."
    )
    mistake = Mistake("weights that all begin equal", evidence, "units differ after as many steps, in fresh trials")

    def works(one: Subject, _: int) -> bool:
        made = one.loaded.namespace[name]
        return not _stay_equal(one, made) and all(
            np.ptp(w) > 0 for w in _weights(made, Sizes(6, 30, (20,), 3)).values()
        )

    return mended(subject, mistake, _remedies(subject), works) or subject.note(f"{mistake.name}. {evidence}")


def _stay_equal(subject: Subject, cls: type) -> bool:
    """Whether all units of the first layer are the same after some steps from the program's own weights."""
    case = subject.draw(1)
    own = _made(cls, case.sizes)
    for name, value in case.parameters.items():
        if name not in own or own[name].shape != value.shape:
            return False
        value[...] = own[name]
    first = next(value for value in case.parameters.values() if value.ndim == 2 and case.sizes.hidden[0] in value.shape)
    units = first if first.shape[0] == case.sizes.hidden[0] else first.T
    for _ in range(STEPS):
        result = case.run()
        for name, value in case.parameters.items():
            value -= RATE * np.reshape(result.gradients[name], value.shape)
    return bool(np.ptp(units, axis=0).max() <= 1e-12)


def _made(cls: type, sizes: Sizes) -> dict[str, ndarray]:
    known = known_things(sizes, 0.0, np.zeros((sizes.N, sizes.D)), np.zeros(sizes.N, np.int64))
    return {name: np.asarray(value, np.float64) for name, (_, value) in parameters_of(constructed(cls, known)).items()}


def _drawn_elsewhere(subject: Subject) -> bool:
    """Whether some function draws numbers as weights are drawn: it may do so before training."""
    calls = (call for _, _, node in subject.units() for call in ast.walk(node) if isinstance(call, ast.Call))
    return any(DRAWS.search(ast.unparse(call.func)) for call in calls)


def _remedies(subject: Subject) -> Iterator[Remedy]:
    """Yield random weights in the place of all that are equal."""
    changes: list[Change] = []
    for statement in (one for _, _, node in subject.units() for one in simple_statements(node)):
        new = statement
        for call in [node for node in ast.walk(statement) if isinstance(node, ast.Call)]:
            if ALIKE.search(ast.unparse(call.func)) and _is_matrix(call):
                new = with_part(new, call, _drawn(call, subject.numpy))
        if new is not statement:
            changes.append((statement, (ast.fix_missing_locations(new),)))
    if changes:
        yield remedy(subject, changes)


def _drawn(call: ast.Call, numpy: str) -> ast.expr:
    """Return small random numbers of the shape that a call asks for."""
    shape = call.args[0]
    assert isinstance(shape, ast.Tuple | ast.List)
    sizes = ", ".join(ast.unparse(one) for one in shape.elts)
    return ast.copy_location(ast.parse(f"0.1 * {numpy}.random.randn({sizes})", mode="eval").body, call)


def _is_matrix(call: ast.Call) -> bool:
    shape = call.args[0] if call.args else None
    return (
        isinstance(shape, ast.Tuple | ast.List)
        and len(shape.elts) == 2
        and not any(isinstance(one, ast.Constant) and one.value == 1 for one in shape.elts)
    )
