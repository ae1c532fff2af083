"""Local gradients (vector-Jacobian products) of NumPy operations, by the names that they have on the tape.

``pull_back`` turns the gradient of a loss with respect to an operation's output into those with respect to its
arguments. Values given by keyword get theirs after ``args, kwargs = positional(op, args, kwargs)``, which moves them to
the arguments. An operation without a rule is differentiated by central differences of itself.
"""

from __future__ import annotations

from chainrule.checking.local_gradients import arithmetic as arithmetic
from chainrule.checking.local_gradients import constants as constants
from chainrule.checking.local_gradients import convolutions as convolutions
from chainrule.checking.local_gradients import einsum as einsum
from chainrule.checking.local_gradients import elementwise as elementwise
from chainrule.checking.local_gradients import linear_algebra as linear_algebra
from chainrule.checking.local_gradients import movement as movement
from chainrule.checking.local_gradients import movement_cases as movement_cases
from chainrule.checking.local_gradients import products as products
from chainrule.checking.local_gradients import python_numbers as python_numbers
from chainrule.checking.local_gradients import reductions as reductions
from chainrule.checking.local_gradients.dispatch import is_known, pull_back
from chainrule.checking.local_gradients.fallback import NotDifferentiable
from chainrule.checking.local_gradients.functions import function_of
from chainrule.checking.local_gradients.keywords import positional

__all__ = ["NotDifferentiable", "function_of", "is_known", "positional", "pull_back"]
