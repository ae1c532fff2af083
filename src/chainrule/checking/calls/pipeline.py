"""Functions that are called one after the other, forward to backward, each given what those before it returned."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from chainrule.checking.calls.arguments import guesses
from chainrule.checking.calls.bench import Trial
from chainrule.checking.calls.constructors import constructor_guesses
from chainrule.checking.calls.drafting import Draft, Drafting
from chainrule.checking.calls.guess import Guess, Guesses, Palette
from chainrule.checking.calls.routine import Routine
from chainrule.checking.calls.styles import Style


@dataclass
class Pipeline:
    """Functions to be called in this order; the last one or more give gradients."""

    name: str
    kind: str
    steps: tuple[Routine, ...]
    constructors: dict[str, Routine | None] = field(default_factory=dict)
    """By class whose methods are called: how its objects are made."""
    helpers: tuple[Routine, ...] = ()
    """Functions that these call: what is written there counts for arguments of the same names."""
    view: str = ""
    """What of the output a gradient is handed in for, if not for all of it: ``[:, -1]``."""
    layers: dict[str, str] = field(default_factory=dict)
    """By class of other layers: the statements that make an object of it, with names of ``parts``."""
    parts: Guesses = field(default_factory=dict)
    """What the layers inside are made with; numbers are letters of sizes."""

    def guesses(self, style: Style, sizes: Palette, variant: dict[str, Any]) -> Guesses:
        """Return guesses of all that may be handed in."""
        found: Guesses = {
            name: Guess("whole", value=sizes.size(one.value)) if one.kind == "letter" else one
            for name, one in self.parts.items()
        }
        for owner, made in self.constructors.items():
            if owner not in self.layers and made is not None:
                found |= {
                    f"_c_{owner}_{name}": one for name, one in constructor_guesses(made, style, sizes, variant).items()
                }
        for one in self.steps:
            others = [other for other in (*self.steps, *self.helpers) if other is not one]
            for name, made_guess in guesses(one, others, style, sizes, variant).items():
                found.setdefault(f"_a_{name}", made_guess)
        return found

    def draft(self, trial: Trial, guessed: Guesses, seed: int) -> Draft:
        """Call the functions; raise ``Failed`` where that is not possible."""
        return Drafting(self, trial, guessed, seed).draft()
