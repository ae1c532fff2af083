"""The variables within reach of a statement, and which of them fit in place of another."""

from __future__ import annotations

import ast
import re
from dataclasses import dataclass
from functools import cached_property
from itertools import permutations
from typing import Literal

from chainrule.checking.rules.tree import parsed

Kind = Literal["array", "number", "integers", "mask"]
Shape = tuple[int, ...]

LAYER = re.compile(r"(?<=[A-Za-z_])\d{1,2}(?!\d)")
"""The number of a layer in a name."""


@dataclass(frozen=True)
class Variable:
    """Something that a statement could read."""

    text: str
    """The expression that reads it: ``dz1``, ``self.W1``, ``cache['a1']``."""
    kind: Kind
    shape: Shape
    role: str = ""
    """"parameter", "input", "target", "forward", "gradient", or nothing where it is not known."""
    gradient_of: str = ""
    """The text of the variable that this is the gradient of."""

    @cached_property
    def node(self) -> ast.expr:
        """The expression that reads it, as a tree."""
        return parsed(self.text)

    @cached_property
    def layers(self) -> tuple[str, ...]:
        """The numbers of layers in its name."""
        return tuple(LAYER.findall(self.text))

    @cached_property
    def stem(self) -> str:
        """Its name without the number of its layer."""
        return LAYER.sub("#", self.text)


@dataclass(frozen=True)
class Scope:
    """What a statement could be written with."""

    variables: tuple[Variable, ...]
    numpy: str = "np"
    functions: tuple[str, ...] = ()
    """Names of the program's functions of one argument."""
    counters: tuple[str, ...] = ()
    """Integers that loops count with."""

    @cached_property
    def named(self) -> dict[str, Variable]:
        """The variables by their text."""
        return {ast.unparse(variable.node): variable for variable in self.variables}

    @cached_property
    def arrays(self) -> tuple[Variable, ...]:
        """Arrays of floats."""
        return tuple(one for one in self.variables if one.kind == "array")

    @cached_property
    def numbers(self) -> tuple[Variable, ...]:
        """Numbers that no loop counts with."""
        return tuple(one for one in self.variables if one.kind == "number" and one.text not in self.counters)

    @cached_property
    def integers(self) -> tuple[Variable, ...]:
        """Arrays of whole numbers: labels, indices."""
        return tuple(one for one in self.variables if one.kind == "integers")

    @cached_property
    def masks(self) -> tuple[Variable, ...]:
        """Arrays of truth values."""
        return tuple(one for one in self.variables if one.kind == "mask")

    @cached_property
    def parameters(self) -> tuple[Variable, ...]:
        """The parameters; all arrays where the roles are not known."""
        known = tuple(one for one in self.arrays if one.role == "parameter")
        return known or tuple(one for one in self.arrays if not one.role)

    def of_shape(self, shape: Shape | None) -> tuple[Variable, ...]:
        """Return the arrays of a shape, the numbers for none; all arrays where it is not known."""
        if shape is None:
            return self.arrays
        return self._by_shape.get(shape, ()) if shape else (*self.numbers, *self.entries)

    @cached_property
    def entries(self) -> tuple[Variable, ...]:
        """Entries of arrays, for programs in loops over entries: ``h[j]``, ``W[i][j]``."""
        found = []
        for one in self.arrays:
            if len(one.shape) in (1, 2):
                for picked in permutations(self.counters, len(one.shape)):
                    text = one.text + "".join(f"[{counter}]" for counter in picked)
                    found.append(Variable(text, "number", (), one.role))
        return tuple(one for one in found if one.text not in self.named)

    @cached_property
    def holders(self) -> tuple[str, ...]:
        """The names of dictionaries and lists that hold variables."""
        roots = (one.node.value for one in self.variables if isinstance(one.node, ast.Subscript))
        return tuple(dict.fromkeys(ast.unparse(root) for root in roots if isinstance(root, (ast.Name, ast.Attribute))))

    def function(self, name: str) -> str:
        """Return how a function of NumPy is called here, or one of ``math`` in a program without NumPy."""
        if self.numpy:
            return f"{self.numpy}.{name}"
        return name if name in (*self.functions, "sum", "max", "min", "abs") else f"math.{name}"

    @cached_property
    def _by_shape(self) -> dict[Shape, tuple[Variable, ...]]:
        found: dict[Shape, tuple[Variable, ...]] = {}
        for one in self.arrays:
            found[one.shape] = (*found.get(one.shape, ()), one)
        return found
