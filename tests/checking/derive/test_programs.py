"""Forward passes in many manners: each backward pass is derived and proved."""

from __future__ import annotations

from pathlib import Path

import pytest

from chainrule.checking.derive.api import derive_file

PROGRAMS = sorted((Path(__file__).parent / "programs").glob("*.py"))


@pytest.mark.parametrize("path", PROGRAMS, ids=lambda path: path.stem)
def test_is_derived_and_proved(path: Path) -> None:
    made = derive_file(path)
    assert made.proved, (made.text, made.refusals)
    assert made.gradients
    assert all(one.error < 1e-6 for one in made.gradients)
    assert made.differences < 1e-4
    compile(made.program, str(path), "exec")


@pytest.mark.parametrize(
    "path", [one for one in PROGRAMS if one.stem.startswith("uncalled_")], ids=lambda path: path.stem
)
def test_what_the_program_does_not_run_is_proved_at_two_sizes(path: Path) -> None:
    assert derive_file(path).points > 3
