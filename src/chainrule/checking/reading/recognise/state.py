"""What a program's objects hold when a run begins, put back before every run."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy import ndarray

from chainrule.checking.reading.recognise.paths import DEEPEST, MOST, Path, follow, is_object, parts


class State:
    """The mutable things under some roots: contents of lists, dictionaries and objects, and copies of all arrays."""

    def __init__(self, *roots: Any) -> None:
        self._arrays: list[ndarray] = []
        self._index: dict[int, int] = {}
        self._contents: list[tuple[Any, Any, list[tuple[Any, int]]]] = []
        self._generators: list[tuple[np.random.Generator, Any]] = []
        self._roots = roots
        seen: set[int] = set()
        for root in roots:
            self._keep(root, 0, seen)

    def _keep(self, root: Any, depth: int, seen: set[int]) -> None:
        if id(root) in seen or depth > DEEPEST + 1 or len(seen) > MOST:
            return
        seen.add(id(root))
        if isinstance(root, np.random.Generator):
            self._generators.append((root, root.bit_generator.state))
        if not (isinstance(root, dict | list | tuple) or is_object(root)):
            return
        content = vars(root) if is_object(root) and not isinstance(root, dict | list) else root
        if isinstance(content, dict | list):
            slots = [(step, self._number(value)) for step, value in parts(root) if isinstance(value, ndarray)]
            self._contents.append((content, content.copy(), slots))
        for _, value in parts(root):
            self._keep(value, depth + 1, seen)

    def _number(self, array: ndarray) -> int:
        """Return the place of an array among the copies: one array under two names stays one."""
        if id(array) not in self._index:
            self._index[id(array)] = len(self._arrays)
            self._arrays.append(array.copy())
        return self._index[id(array)]

    def adopt(self, path: Path, array: ndarray, root: int = 0) -> None:
        """Have the place at the end of a way filled from ``array``, whatever that holds when a run begins."""
        holder = follow(self._roots[root], path[:-1])
        before = follow(holder, path[-1:])
        if isinstance(before, ndarray) and id(before) in self._index:
            self._arrays[self._index[id(before)]] = array
            return
        content = vars(holder) if is_object(holder) and not isinstance(holder, dict | list) else holder
        for kept, _, slots in self._contents:
            if kept is content:
                slots.append((path[-1], len(self._arrays)))
                self._arrays.append(array)

    def restore(self) -> None:
        """Put everything back; arrays as fresh copies."""
        fresh = [array.copy() for array in self._arrays]
        for content, kept, slots in self._contents:
            if isinstance(content, list):
                content[:] = kept
            else:
                content.clear()
                content.update(kept)
            for step, number in slots:
                content[step] = fresh[number]
        for generator, state in self._generators:
            generator.bit_generator.state = state
