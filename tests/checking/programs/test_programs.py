"""Each program is right: every entry of every gradient against a central difference, called directly."""

from __future__ import annotations

import numpy as np
import pytest

from tests.checking.mutations.source import open_source
from tests.checking.programs.corpus import PROGRAMS
from tests.checking.programs.namespace import quiet
from tests.checking.programs.oracle import Judgement, close, judge, slope
from tests.checking.programs.program import Program


@pytest.mark.parametrize("program", PROGRAMS, ids=lambda program: program.name)
def test_every_gradient_is_the_slope_of_the_loss(program: Program) -> None:
    run = program.door(open_source(program).code)
    for seed in range(4):
        draw = program.draw(seed)
        with quiet():
            _, gradients = run(draw)
            for name, value in draw.values.items():
                gradient = np.asarray(gradients[name])
                assert gradient.size == value.size
                for place in np.ndindex(value.shape):
                    direction = np.zeros(value.shape)
                    direction[place] = 1.0
                    found = float(gradient.reshape(value.shape)[place])
                    assert close(slope(run, draw, name, direction), found), (seed, name, place)


@pytest.mark.parametrize("program", PROGRAMS, ids=lambda program: program.name)
def test_the_oracle_calls_it_right(program: Program) -> None:
    run = program.door(open_source(program).code)
    assert judge(run, run, [program.draw(seed) for seed in range(4)]) is Judgement.RIGHT
