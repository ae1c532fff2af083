"""How the learning rate changes while training goes on: a factor for every step, from a line of text."""

from __future__ import annotations

import math
from dataclasses import dataclass

from chainrule.errors import InputError

SCHEDULES = "constant, decay:FACTOR, step:EPOCHS:FACTOR, cosine or cosine:WARM-UP-EPOCHS"


@dataclass(frozen=True)
class Schedule:
    """A learning-rate schedule.

    ===================  ======================================================================================
    ``constant``         factor 1
    ``decay:F``          F to the power of the epochs that have ended: the reports'
    ``step:E:F``         F to the power of (epochs that have ended // E)
    ``cosine[:W]``       rises in a line over W epochs, then falls as half a cosine to 0 at the last step
                         (Loshchilov & Hutter 2017, equation 5, without restarts)
    ===================  ======================================================================================
    """

    name: str
    arguments: tuple[float, ...] = ()

    def factor(self, step: int, steps_per_epoch: int, total_steps: int) -> float:
        """Return what the learning rate is multiplied by at ``step``, counted from 0."""
        epoch = step // steps_per_epoch
        if self.name == "decay":
            return self.arguments[0] ** epoch
        if self.name == "step":
            return self.arguments[1] ** (epoch // self.arguments[0])
        if self.name == "cosine":
            warm_up = round(self.arguments[0] * steps_per_epoch)
            if step < warm_up:
                return (step + 1) / warm_up
            return 0.5 * (1 + math.cos(math.pi * (step - warm_up) / max(total_steps - warm_up, 1)))
        return 1.0


def parse_schedule(text: str) -> Schedule:
    """Read ``decay:0.95`` and the like.

    Raises
    ------
    InputError
        If the name is unknown, or its numbers are missing, too many or out of range.
    """
    name, *words = text.split(":")
    try:
        numbers = tuple(float(word) for word in words)
    except ValueError:
        numbers = (math.nan,)
    if name == "cosine" and not numbers:
        numbers = (0.0,)
    right = {
        "constant": len(numbers) == 0,
        "decay": len(numbers) == 1 and 0 < numbers[0] <= 1,
        "step": len(numbers) == 2 and numbers[0] >= 1 and numbers[0] % 1 == 0 and 0 < numbers[-1] <= 1,
        "cosine": len(numbers) == 1 and 0 <= numbers[0] < math.inf,
    }
    if not right.get(name, False):
        raise InputError("--schedule", expected=SCHEDULES, got=repr(text), advice="decay:0.95")
    return Schedule(name, numbers)
