"""The gradient of one value, in names that are in reach."""

from __future__ import annotations

from pathlib import Path

import pytest

from chainrule.checking.derive.one_step import derived_expression
from chainrule.checking.judge import judge
from chainrule.checking.reading.program import open_program
from chainrule.checking.record.run import record
from chainrule.checking.record.tape import Ref, Tape
from chainrule.checking.roles.flow import Flow
from chainrule.checking.roles.problem import Parameter, Problem, stated
from chainrule.checking.truth.replay import Place

TEXT = """import numpy as np
r = np.random.RandomState(0)
X = r.randn(5, 3)
W = r.randn(3, 4)
V = r.randn(4, 2)
T = r.randn(5, 2)
h = np.tanh(np.dot(X, W))
s = np.dot(h, V)
d = s - T
loss = np.sum(d * d)
ds = 2 * d
dh = np.dot(ds, V.T)
"""


def bound(tape: Tape) -> dict[str, Ref]:
    return {one.target: one.ref for one in tape.bindings}


@pytest.mark.parametrize(
    ("value", "expected"), [("h", "ds @ V.T"), ("V", "h.T @ ds"), ("s", "ds")], ids=["activation", "weight", "sum"]
)
def test_one_step(tmp_path: Path, value: str, expected: str | None) -> None:
    path = tmp_path / "net.py"
    path.write_text(TEXT)
    tape = record(open_program(path)).tape
    names = bound(tape)
    start, end = tape.nodes[names["T"].node].event + 1, len(tape.events)
    parameters = tuple(Parameter(one, Place(names[one].node, start), ()) for one in ("W", "V"))
    objective = stated("loss", [Place(names["loss"].node, end)], -1)
    problem = Problem("net", "script", tape, start, end, parameters, (objective,))
    judgement = judge(problem, objective, 1)
    flow = Flow(tape)
    scope = {key: one for key, one in names.items() if key != "dh"}
    assert derived_expression(problem, judgement, flow.vertex(names[value]), scope, flow) == expected
    assert derived_expression(problem, judgement, flow.vertex(names["h"]), {"V": names["V"]}, flow) is None
