"""How the learning rate changes while training goes on: a factor for every step, from a line of text."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

from chainrule.errors import InputError

SCHEDULES = (
    "constant, decay:FACTOR, step:EPOCHS:FACTOR, cosine, or warm-up:EPOCHS,SCHEDULE (cosine:W is warm-up:W,cosine)"
)


@dataclass(frozen=True)
class Schedule:
    """A learning-rate schedule: a warm-up or none, then one of these, which begins when the warm-up has ended.

    ===================  ======================================================================================
    ``constant``         factor 1
    ``decay:F``          F to the power of the epochs that have ended: the reports'
    ``step:E:F``         F to the power of (epochs that have ended // E)
    ``cosine``           falls as half a cosine to 0 at the last step (Loshchilov & Hutter 2017, equation 5, without
                         restarts)
    ===================  ======================================================================================

    Attributes
    ----------
    name : str
    arguments : tuple of float
    warm_up : float
        Epochs over which the factor rises in a line (Goyal et al. 2017, section 2.2), the first step's not being 0.
    """

    name: str
    arguments: tuple[float, ...] = ()
    warm_up: float = 0.0

    def factor(self, step: int, steps_per_epoch: int, total_steps: int) -> float:
        """Return what the learning rate is multiplied by at ``step``, counted from 0."""
        warm_up = round(self.warm_up * steps_per_epoch)
        if step < warm_up:
            return (step + 1) / warm_up
        step, total_steps = step - warm_up, total_steps - warm_up
        epoch = step // steps_per_epoch
        if self.name == "decay":
            return self.arguments[0] ** epoch
        if self.name == "step":
            return self.arguments[1] ** (epoch // self.arguments[0])
        if self.name == "cosine":
            return 0.5 * (1 + math.cos(math.pi * step / max(total_steps, 1)))
        return 1.0


def parse_schedule(text: str) -> Schedule:
    """Read ``decay:0.95``, ``warm-up:2,decay:0.95`` and the like.

    Raises
    ------
    InputError
        If the name is unknown, or its numbers are missing, too many or out of range.
    """
    before, comma, after = text.partition(",")
    first, _, epochs = before.partition(":")
    schedule = _parse(text, after if comma else text)
    if not comma:
        return schedule
    warm_up = _numbers([epochs])[0]
    if first != "warm-up" or not 0 < warm_up < math.inf or schedule.warm_up > 0:
        raise _refused(text)
    return replace(schedule, warm_up=warm_up)


def _parse(whole: str, text: str) -> Schedule:
    """Read a schedule without ``warm-up:``; ``whole`` is what an error tells of."""
    name, *words = text.split(":")
    numbers = _numbers(words)
    if name == "cosine" and len(numbers) == 1 and 0 <= numbers[0] < math.inf:
        return Schedule(name, warm_up=numbers[0])
    right = {
        "constant": len(numbers) == 0,
        "decay": len(numbers) == 1 and 0 < numbers[0] <= 1,
        "step": len(numbers) == 2 and numbers[0] >= 1 and numbers[0] % 1 == 0 and 0 < numbers[-1] <= 1,
        "cosine": len(numbers) == 0,
    }
    if not right.get(name, False):
        raise _refused(whole)
    return Schedule(name, numbers)


def _numbers(words: list[str]) -> tuple[float, ...]:
    """Return words as numbers; nan for a word that is none."""
    try:
        return tuple(float(word) for word in words)
    except ValueError:
        return (math.nan,) * len(words)


def _refused(text: str) -> InputError:
    return InputError("--schedule", expected=SCHEDULES, got=repr(text), advice="decay:0.95")
