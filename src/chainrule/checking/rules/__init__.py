"""Small changes of one statement that undo the mistakes people make in hand-written backpropagation."""

from chainrule.checking.rules import (
    activations,
    axes,
    copies,
    derivative,
    factors,
    forward,
    functions,
    indexing,
    loops,
    losses,
    masks,
    names,
    neighbours,
    signs,
    terms,
    transposes,
    updates,
)
from chainrule.checking.rules.mistake import WORDS, Mistake, Words
from chainrule.checking.rules.proposals import pairs_of_changes, proposals
from chainrule.checking.rules.rule import Change, Edit, Place, Scope, Variable, register

FAMILIES = (
    names,
    transposes,
    signs,
    factors,
    axes,
    masks,
    activations,
    functions,
    derivative,
    losses,
    terms,
    indexing,
    loops,
    copies,
    updates,
    forward,
    neighbours,
)
"""The modules whose rules are registered."""

__all__ = [
    "FAMILIES",
    "WORDS",
    "Change",
    "Edit",
    "Mistake",
    "Place",
    "Scope",
    "Variable",
    "Words",
    "pairs_of_changes",
    "proposals",
    "register",
]
