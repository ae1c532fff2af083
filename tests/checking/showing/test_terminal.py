"""The answer in a terminal: what stands in it, in which order, and that nothing of a stranger's file is obeyed."""

from __future__ import annotations

import io
from dataclasses import replace
from typing import Literal

import pytest
from rich.console import Console

from chainrule.checking.answer import Answer, GradientCheck, Verdict
from chainrule.checking.showing.source import Source, numbered
from chainrule.checking.showing.terminal import print_answer

from .conftest import CORRECT, ERROR, MASK, PENALTY, WRONG


def shown(answer: Answer, source: Source, *, width: int = 80, terminal: bool = False) -> str:
    written = io.StringIO()
    colours: Literal["truecolor"] | None = "truecolor" if terminal else None
    print_answer(Console(file=written, width=width, force_terminal=terminal, color_system=colours), answer, source)
    return written.getvalue()


def test_a_wrong_line(source: Source) -> None:
    assert (
        shown(WRONG, source)
        == """\
WRONG  net.py  loss
One mistake was found.

line 12: mask taken from the upstream gradient

  10 | dW2 = a1.T @ dscores + reg * W2
  11 | dp1 = dscores @ W2.T
> 12 | dz1 = np.maximum(dp1, 0)
  13 | dW1 = X.T @ dz1 + 2 * reg * W1
  14 | return cost(probs, y, reg), {"W1": dW1, "W2": dW2}

  dz1 keeps dp1 where dp1 is positive; the ReLU hands on what belongs to a
  positive z1.
  dz1 departs here, relative error 0.97

  used      dz1 = np.maximum(dp1, 0)
  expected  dz1 = dp1 * (z1 > 0)

  - dz1 = np.maximum(dp1, 0)
  + dz1 = dp1 * (z1 > 0)

  With this change both gradients pass on fresh draws.

gradient  relative error
W1                  0.93  WRONG
W2                 3e-10  right

what was checked
  - two gradients at three sizes

what was not checked
  - the network could not be cut off

how it was read
  - penalty: reg * sum(W * W), without 1/2

notes
  - line 7: the scores start near zero
  - an epoch is one pass

0.6 s
"""
    )


def test_a_right_program(source: Source) -> None:
    lines = shown(CORRECT, source).splitlines()
    assert lines[0] == "CORRECT  net.py  loss"
    assert lines[1] == "Both gradients agree with finite differences, largest relative error 3e-9."


def test_what_could_not_be_checked_says_why_first() -> None:
    assert (
        shown(ERROR, Source())
        == """\
ERROR  net.py
This could not be checked.
no function here returns a loss

what was not checked
  - not enforced here: memory

0.0 s
"""
    )


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"fix": None, "verified": False, "expected": ""}, "No fix was proved."),
        ({"verified": False}, "This change is not proved."),
    ],
)
def test_what_is_not_proved_is_not_claimed(source: Source, changes: dict[str, object], said: str) -> None:
    text = shown(replace(WRONG, findings=(replace(MASK, **changes),)), source)  # type: ignore[arg-type]
    assert said in text
    assert "pass" not in text.split("gradient  relative")[0]
    assert ("expected" in text) == ("fix" not in changes)


def test_two_mistakes_are_proved_together(source: Source) -> None:
    text = shown(replace(WRONG, findings=(PENALTY, MASK)), source)
    assert "Two mistakes were found." in text
    assert "1. line 10: factor of the penalty" in text
    assert text.count("With both changes both gradients pass on fresh draws.") == 2


def test_a_proof_with_its_numbers_is_said_once(source: Source) -> None:
    message = f"line 12: {MASK.mistake}. W1 becomes right. With this change all gradients pass, largest error 5e-10."
    text = shown(replace(WRONG, findings=(replace(MASK, message=message),)), source)
    assert "\n\n  W1 becomes right.\n  dz1 departs here" in text
    assert "\n\n  With this change all gradients pass, largest error 5e-10.\n\n" in text
    assert text.count("With this change") == 1


@pytest.mark.parametrize("width", [40, 80, 200])
def test_prose_fits_the_terminal(source: Source, width: int) -> None:
    answer = replace(WRONG, checked=("a long story of what was done " * 9,))
    prose = [line for line in shown(answer, source, width=width).splitlines() if "story" in line]
    assert max(map(len, prose)) <= min(width, 100)
    assert len(prose) > 1


@pytest.mark.parametrize(
    ("error", "text"),
    [
        (float("inf"), "infinite"),
        (float("nan"), "not a number"),
        (0.0, "0"),
        (0.05, "0.05"),
        (123.4, "123"),
        (2e7, "2e7"),
    ],
)
def test_errors_as_people_read_them(source: Source, error: float, text: str) -> None:
    answer = replace(WRONG, gradients={"W1": GradientCheck(error, ok=False)})
    assert f" {text}  WRONG" in shown(answer, source)


def test_a_wrong_answer_without_a_line(source: Source) -> None:
    assert "The gradient of W1 is wrong, and no line could be named." in shown(replace(WRONG, findings=()), source)
    nothing = Answer(Verdict.WRONG, WRONG.target)
    assert "Something is wrong, and no line could be named." in shown(nothing, source)


def test_a_strangers_text_is_neither_markup_nor_control(source: Source) -> None:
    hostile = "\x1b[2J\x1b]0;title\x07 [red]red[/] \u202ereversed\ud800"
    code = numbered([f"x = 1  # {hostile}"] * 14)
    answer = replace(
        WRONG,
        findings=(replace(MASK, message=hostile, used=hostile, variable=hostile, mistake=hostile),),
        target=replace(WRONG.target, file=hostile, name=hostile),
        checked=(hostile,),
    )
    text = shown(answer, replace(source, code=code))
    assert {character for character in text if not character.isprintable()} == {"\n"}
    assert text.count("[red]red[/]") >= 8
    text.encode()  # half a surrogate pair would not go


def test_lines_that_are_not_in_the_file_are_not_shown(source: Source) -> None:
    text = shown(replace(WRONG, findings=(replace(MASK, line=99, end_line=99, fix=None),)), source)
    assert "line 99: mask" in text
    assert " | " not in text


def test_colours_only_in_a_terminal(source: Source) -> None:
    assert "\x1b[" in shown(WRONG, source, terminal=True)
    assert "\x1b[" not in shown(WRONG, source)
