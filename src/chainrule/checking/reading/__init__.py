"""From a stranger's file to experiments: its text in Python 3, run once, and what of it has a loss and gradients."""

from chainrule.checking.reading.cannot import CannotCheck
from chainrule.checking.reading.loading import Loaded, load
from chainrule.checking.reading.program import Program, open_program

__all__ = ["CannotCheck", "Loaded", "Program", "load", "open_program"]
