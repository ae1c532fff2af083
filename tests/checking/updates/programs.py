"""Small networks with one update or another, run and judged."""

from __future__ import annotations

import ast
from pathlib import Path

from chainrule.checking.judge import Court, Judgement
from chainrule.checking.reading.program import Program
from chainrule.checking.record.run import record
from chainrule.checking.record.tape import Tape
from chainrule.checking.roles.flow import Flow
from chainrule.checking.roles.steps import step_problem
from chainrule.checking.roles.training import Training, enough, training
from chainrule.checking.updates.audit import audit
from chainrule.checking.updates.findings import UpdateAudit
from chainrule.checking.updates.lost import suspected_training

NETWORK = """\
import numpy as np
rng = np.random.default_rng(0)
X, Y = rng.normal(size=(11, 3)), rng.normal(size=(11, 2))
P = {"W": rng.normal(size=(3, 4)), "b": rng.normal(size=4), "V": rng.normal(size=(4, 2)), "c": rng.normal(size=2)}
S = {k: np.zeros_like(v) for k, v in P.items()}
M = {k: np.zeros_like(v) for k, v in P.items()}
lr, beta1, beta2, eps, mu = 0.05, 0.9, 0.99, 1e-8, 0.8
for t in range(1, 9):
    H = np.tanh(X @ P["W"] + P["b"])
    out = H @ P["V"] + P["c"]
    loss = 0.5 * np.sum((out - Y) ** 2) / len(X)
    do = (out - Y) / len(X)
    dz = (do @ P["V"].T) * (1 - H ** 2)
    G = {"W": X.T @ dz, "b": dz.sum(0), "V": H.T @ do, "c": do.sum(0)}
"""


def program_of(update: str) -> Program:
    """Return the network with an update, indented into its loop."""
    text = NETWORK + "".join(f"    {line}\n" for line in update.split("\n")) + "    print(loss)\n"
    return Program(Path("network.py"), text, ast.parse(text))


def judged(program: Program) -> tuple[Tape, Training, Judgement]:
    """Return a program's run, its training, and a judgement of its third step."""
    tape = record(program, enough=enough(7)).tape
    found = training(tape) or suspected_training(Flow(tape))
    assert found is not None
    problem = step_problem(found, min(2, len(found.steps) - 1))
    court = Court(problem)
    best = max((court.judge(one) for one in problem.objectives), key=lambda one: one.count_right)
    return found.flow.tape, found, best


def audited(update: str) -> tuple[Tape, UpdateAudit]:
    """Return what is found of a network's update."""
    program = program_of(update)
    tape, found, judgement = judged(program)
    return tape, audit(found, judgement, program)


def lines(tape: Tape, statements: tuple[int, ...]) -> list[str]:
    """Return the lines of statements, as numbers of the update's lines from 1 on."""
    first = NETWORK.count("\n")
    return [str(tape.statements[one].line - first) for one in statements]
