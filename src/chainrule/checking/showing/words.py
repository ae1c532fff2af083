"""What is said in the same words wherever an answer is shown."""

from __future__ import annotations

import math
from collections.abc import Sequence

from chainrule.checking.answer import Answer, Finding, Verdict

_COUNTS = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve")


_PROOF = "With this change"


def count(number: int) -> str:
    """Return a small number as a word."""
    return _COUNTS[number] if number < len(_COUNTS) else f"{number:,}"


def listed(items: Sequence[str]) -> str:
    """Return ``a``, ``a and b`` or ``a, b and c``."""
    return " and ".join(filter(None, (", ".join(items[:-1]), *items[-1:])))


def error_text(relative_error: float) -> str:
    """Return a relative error with as many digits as a person compares: ``0.93``, ``3e-9``."""
    if not math.isfinite(relative_error):
        return "not a number" if math.isnan(relative_error) else "infinite"
    if relative_error == 0 or 0.01 <= relative_error < 1000:
        return f"{relative_error:.2g}" if relative_error < 10 else f"{relative_error:.0f}"
    mantissa, exponent = f"{relative_error:.0e}".split("e")
    return f"{mantissa}e{int(exponent)}"


def all_gradients(answer: Answer) -> str:
    """Return ``all four gradients``, or what fits their number."""
    number = len(answer.gradients)
    if number == 2:
        return "both gradients"
    return f"all {count(number)} gradients" if number > 1 else "the gradient"


def headline(answer: Answer) -> str:
    """Return the answer in a sentence, to stand after its verdict."""
    if answer.verdict is Verdict.ERROR:
        return "This could not be checked."
    if answer.verdict is Verdict.CORRECT:
        return _all_right(answer)
    if answer.findings:
        number = len(answer.findings)
        return f"{count(number).capitalize()} mistake{'s were' if number > 1 else ' was'} found."
    wrong = [name for name, gradient in answer.gradients.items() if not gradient.ok]
    if not wrong:
        return "Something is wrong, and no line could be named."
    subject = f"The gradients of {listed(wrong)} are" if len(wrong) > 1 else f"The gradient of {wrong[0]} is"
    return f"{subject} wrong, and no line could be named."


def _all_right(answer: Answer) -> str:
    if not answer.gradients:
        return "Nothing wrong was found."
    verb = "agrees" if len(answer.gradients) == 1 else "agree"
    worst = max(gradient.relative_error for gradient in answer.gradients.values())
    sentence = f"{all_gradients(answer)} {verb} with finite differences, largest relative error {error_text(worst)}."
    return sentence[0].upper() + sentence[1:]


def reason(answer: Answer) -> str:
    """Return why a file could not be checked."""
    return next(iter((*answer.not_checked, *(note.message for note in answer.notes))), "")


def summary(answer: Answer) -> str:
    """Return the mistakes of a file, or why it could not be checked, for a row among others."""
    if answer.verdict is Verdict.ERROR:
        return reason(answer).partition("\n")[0]
    return "; ".join(finding.mistake for finding in answer.findings)


def story(finding: Finding, place: str) -> str:
    """Return a finding's message without what its title says and without its proof."""
    message = finding.message.removeprefix(f"{place}: ").removeprefix(finding.mistake).removeprefix(". ")
    return message.partition(_PROOF)[0].strip() if finding.verified else message


def proof(finding: Finding, answer: Answer) -> str:
    """Return what is known of a finding's fix, and no more."""
    if finding.fix is None:
        return "No fix was proved."
    if not finding.verified:
        return "This change is not proved."
    together = sum(other.verified and other.fix is not None for other in answer.findings)
    change = "this change" if together == 1 else f"{'both' if together == 2 else f'all {count(together)}'} changes"
    _, known, numbers = finding.message.partition(_PROOF)
    if known:
        return f"With {change}{numbers}"
    if not answer.gradients:
        return f"With {change} the check passes."
    verb = "passes" if len(answer.gradients) == 1 else "pass"
    return f"With {change} {all_gradients(answer)} {verb} on fresh draws."


def departure(finding: Finding, answer: Answer) -> str:
    """Return how far the line's value is from the gradient that it should be, or an empty text if it is not known."""
    for mark in answer.marks:
        if mark.line == finding.line and mark.state == "departs" and mark.relative_error is not None:
            return f"{mark.variable} departs here, relative error {error_text(mark.relative_error)}"
    return ""


def tally(verdicts: Sequence[Verdict]) -> str:
    """Return how many files came to which verdict."""
    numbers = {
        "correct": verdicts.count(Verdict.CORRECT),
        "wrong": verdicts.count(Verdict.WRONG),
        "not checked": verdicts.count(Verdict.ERROR),
    }
    parts = [f"{number:,} {word}" for word, number in numbers.items() if number]
    return f"{len(verdicts):,} file{'s' * (len(verdicts) != 1)}: {', '.join(parts)}" if parts else "no files"
