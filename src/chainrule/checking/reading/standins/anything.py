"""An object that accepts whatever is done to it: it stands for plots, frameworks, and data that are not there."""

from __future__ import annotations

import dis
import sys
import types
from collections.abc import Iterator
from typing import Any

UNPACK = dis.opmap["UNPACK_SEQUENCE"]
SIZE = 4
"""What it is where a number is needed (``range(data.count)``): small, so that no loop over it is long."""


class Anything:
    """Has every attribute, can be called, indexed, added, and used as a decorator that changes nothing."""

    def __array_ufunc__(self, *_: Any, **__: Any) -> Any:
        return self

    def __array_function__(self, *_: Any, **__: Any) -> Any:
        return self

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        return self

    def __setattr__(self, name: str, value: Any) -> None:
        pass

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        if len(args) == 1 and not kwargs and isinstance(args[0], types.FunctionType | type):
            return args[0]  # a decorator, ``@jit``
        return self

    def __iter__(self) -> Iterator[Any]:
        """Give as many things as the statement that unpacks it wants: ``X, y = load()`` runs, and both are anything."""
        frame = sys._getframe(1)
        code, at = frame.f_code.co_code, frame.f_lasti
        return iter([self] * (code[at + 1] if 0 <= at < len(code) - 1 and code[at] == UNPACK else 0))

    def __mro_entries__(self, bases: tuple[Any, ...]) -> tuple[type, ...]:
        return ()

    def __enter__(self) -> Any:
        return self

    def __exit__(self, *_: object) -> None:
        pass

    def __bool__(self) -> bool:
        return False

    def __len__(self) -> int:
        return SIZE

    def __index__(self) -> int:
        return SIZE

    def __float__(self) -> float:
        return float(SIZE)

    def __contains__(self, _: object) -> bool:
        return False

    def __setitem__(self, _: object, __: object) -> None:
        pass

    def __delitem__(self, _: object) -> None:
        pass

    def __eq__(self, other: object) -> bool:
        return self is other

    def __hash__(self) -> int:
        return id(self)

    def __repr__(self) -> str:
        return "something that is not there"


def _itself(self: Anything, *_: object) -> Anything:
    return self


for _name in (
    *("add", "sub", "mul", "truediv", "floordiv", "mod", "pow", "matmul", "and", "or", "xor", "lshift", "rshift"),
    *("radd", "rsub", "rmul", "rtruediv", "rfloordiv", "rmod", "rpow", "rmatmul"),
    *("neg", "pos", "abs", "invert", "getitem", "lt", "le", "gt", "ge", "round"),
):
    setattr(Anything, f"__{_name}__", _itself)

ANYTHING = Anything()
