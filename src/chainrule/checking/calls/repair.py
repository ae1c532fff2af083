"""What a failed try says of the arguments: which size was wrong, which entry missing, which should be labels."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from chainrule.checking.calls.bench import Failed
from chainrule.checking.calls.guess import Guess, Guesses


class ShapeWanted(Exception):
    """Targets are not of the shape of the output that they are compared with."""

    def __init__(self, key: str, shape: tuple[int, ...]) -> None:
        super().__init__(f"targets of the shape {shape} were expected")
        self.key = key
        self.shape = shape


def repaired(
    guesses: Guesses, failed: Failed, tree: ast.Module, entry: Callable[[Any, Sequence[str]], Guess]
) -> list[Guesses]:
    """Return other guesses that what went wrong speaks for, the likeliest first."""
    text, error = str(failed), failed.error
    if isinstance(error, ShapeWanted):
        return _as_output(guesses, error)
    if isinstance(error, KeyError):
        return _with_entry(guesses, error.args[0] if error.args else None, failed, entry)
    pair = _sizes(text)
    if pair is None and isinstance(error, AssertionError):
        pair = _asserted(failed, tree)
    if pair is not None:
        return [*_turned(guesses, text), *_resized(guesses, *pair)]
    if re.search(r"must be of integer|only integer|integer scalar|indices must be integers", text):
        return _as_labels(guesses, _names_at(failed, tree))
    if re.search(r"is out of bounds for axis", text):
        return _smaller_labels(guesses, text)
    if re.search(
        r"to unpack|too many indices|index out of range|out of bounds for array of dimension|is not defined for", text
    ):
        return _other_dimensions(guesses, failed, tree, text)
    match = re.search(r"cannot reshape array of size (\d+) into shape \(([\d, ]+)\)", text)
    if match:
        return _longer(guesses, int(match[1]), [int(n) for n in re.findall(r"\d+", match[2])])
    if re.search(r"not subscriptable|has no attribute|has no len|not iterable|unsupported operand", text):
        return _other_kind(guesses, failed, tree)
    return []


def _as_output(guesses: Guesses, wanted: ShapeWanted) -> list[Guesses]:
    one = guesses[wanted.key]
    if one.kind == "labels":
        sizes = wanted.shape if len(wanted.shape) > 1 else (*wanted.shape, 1)
        pairs = [(n, m) for n, m in ((sizes[0], sizes[-1]), (sizes[-1], sizes[0])) if n > 1]
        return [{**guesses, wanted.key: Guess("labels", (n,), high=max(m, 2), absent=one.absent)} for n, m in pairs]
    count = max(one.shape, default=1)
    found = []
    for shape in (wanted.shape, wanted.shape[::-1]):
        axis = next((n for n, size in enumerate(shape) if size != count), 0)
        kind = "array" if one.kind == "array" else "one-hot"
        found.append({**guesses, wanted.key: Guess(kind, shape, value=axis, absent=one.absent)})
    return found[: len({wanted.shape, wanted.shape[::-1]})]


def _sizes(text: str) -> tuple[int, int] | None:
    match = re.search(r"not aligned: (\d+) \(dim \d\) != (\d+) \(dim", text) or re.search(
        r"\(size (\d+) is different from (\d+)\)", text
    )
    match = match or re.search(r"index 0 has size (\d+) and the array at index \d+ has size (\d+)", text)
    match = match or re.search(r"has (\d+) \w+.* but .*? (\d+)", text) if match is None and "axis" in text else match
    if match:
        return int(match[1]), int(match[2])
    shapes = re.findall(r"\(([\d, ]*)\)", text) if re.search(r"broadcast|shape mismatch|boolean index", text) else []
    if len(shapes) < 2:
        match = re.search(
            r"axis \d+ is (\d+) but corresponding boolean dimension is (\d+)"
            r"|size along axis \d+ is (\d+) but.* is (\d+)",
            text,
        )
        return (int(match[1] or match[3]), int(match[2] or match[4])) if match else None
    first, second = ([int(n) for n in re.findall(r"\d+", one)] for one in shapes[:2])
    for a, b in zip(reversed(first), reversed(second), strict=False):
        if a != b and 1 not in (a, b):
            return a, b
    for a, b in zip(reversed(first), reversed(second), strict=False):
        if a != b:
            return a, b
    return None


def _turned(guesses: Guesses, text: str) -> list[Guesses]:
    """Return guesses with targets in rows for those in columns, where an array met its own transpose."""
    shapes = [tuple(int(n) for n in re.findall(r"\d+", one)) for one in re.findall(r"\(([\d, ]*)\)", text)[:2]]
    if len(shapes) < 2 or shapes[0] != shapes[1][::-1] or len(shapes[0]) != 2:
        return []
    return [
        {
            **guesses,
            key: Guess(
                one.kind, one.shape[::-1], value=None if one.value is None else 1 - one.value, absent=one.absent
            ),
        }
        for key, one in guesses.items()
        if one.kind in ("one-hot", "binary", "array") and one.shape in shapes and len(set(one.shape)) > 1
    ]


def _resized(guesses: Guesses, first: int, second: int) -> list[Guesses]:
    """Return guesses in which one of two sizes, wherever it stands, is the other."""
    found = []
    for old, new in ((first, second), (second, first)):
        if old > 1 and new > 0 and any(old in _all_sizes(one) for one in guesses.values()):
            order = [key for key, one in guesses.items() if old in _all_sizes(one)]
            # weights and biases come after the data
            found += [{**guesses, key: guesses[key].renamed({old: new})} for key in reversed(order)]
            found.append({key: one.renamed({old: new}) for key, one in guesses.items()})
            inner = [(key, part) for key in order for part in guesses[key].parts]
            for key, part in inner:
                if old in _all_sizes(guesses[key].parts[part]):
                    new_one = guesses[key].copied()
                    new_one.parts[part] = new_one.parts[part].renamed({old: new})
                    found.append({**guesses, key: new_one})
    return sorted(found or _in_blocks(guesses), key=lambda one: (_ones(one), collapsed(one)))


def _in_blocks(guesses: Guesses) -> list[Guesses]:
    """Return guesses whose weights hold the blocks of several gates: what was cut from them was empty."""
    found: list[Guesses] = []
    if max((n for one in guesses.values() for n in _all_sizes(one)), default=0) > 20:
        return found
    for blocks in (4, 3):
        for axis in (-1, 0):
            new = dict(guesses)
            for key, one in guesses.items():
                if re.match(r"_a_(w|u|b)", key, re.I) and one.kind == "array" and one.shape:
                    shape = list(one.shape)
                    shape[axis] *= blocks
                    new[key] = Guess("array", tuple(shape))
            found.append(new)
    return found


def collapsed(guesses: Guesses) -> int:
    """Return how many arrays have two axes of one size, which hides what is transposed."""
    found = 0
    for key, one in guesses.items():
        for inner in one.all():
            sizes = [n for n in inner.shape if n > 1]
            found += 2 * (not sizes and len(inner.shape) > 1 and inner is one and not re.match(r"_a_b", key))
            if (
                inner.kind in ("array", "one-hot")
                and len(set(sizes)) < len(sizes) < 4
                and not re.search(r"hh|aa|wh$|rec|_u$", key, re.I)
            ):
                found += 1
    return found


def _ones(guesses: Guesses) -> int:
    return sum(n == 1 for one in guesses.values() for inner in one.all() for n in inner.shape)


def _all_sizes(guess: Guess) -> set[int]:
    found = set[int]()
    for one in guess.all():
        found |= {*one.shape, one.high} - {0}
        if one.kind == "whole":
            found.add(one.value)
        elif one.kind == "sizes":
            found |= set(one.value)
    return found


def _asserted(failed: Failed, tree: ast.Module) -> tuple[int, int] | None:
    """Return two sizes that an assertion compared."""
    for one in ast.walk(tree):
        if isinstance(one, ast.Assert) and one.lineno <= failed.line <= (one.end_lineno or 0):
            for test in ast.walk(one.test):
                if isinstance(test, ast.Compare) and len(test.comparators) == 1:
                    try:
                        sides = [
                            eval(ast.unparse(side), {"np": np, **failed.variables})
                            for side in (test.left, test.comparators[0])
                        ]
                    except Exception:
                        continue
                    a, b = ([one] if np.ndim(one) == 0 else list(one) for one in sides)
                    for x, y in zip(a, b, strict=False):
                        if x != y and isinstance(x, (int, np.integer)) and isinstance(y, (int, np.integer)):
                            return int(x), int(y)
    return None


def _with_entry(
    guesses: Guesses, key: Any, failed: Failed, entry: Callable[[Any, Sequence[str]], Guess]
) -> list[Guesses]:
    found = []
    for name, one in guesses.items():
        if one.kind == "entries" and key not in one.parts:
            new = one.copied()
            new.parts[key] = entry(key, [str(other) for other in one.parts])
            found.append({**guesses, name: new})
    return found


def _names_at(failed: Failed, tree: ast.Module) -> list[str]:
    statements = [
        one
        for one in ast.walk(tree)
        if isinstance(one, ast.stmt) and one.lineno <= failed.line <= (one.end_lineno or 0)
    ]
    if not statements:
        return []
    last = max(statements, key=lambda one: (one.lineno, -(one.end_lineno or 0)))
    return [one.id for one in ast.walk(last) if isinstance(one, ast.Name)]


def _of_variable(guesses: Guesses, failed: Failed, name: str) -> list[str]:
    """Return the guesses that a variable of the program may stem from: of its name, or of its shape."""
    if f"_a_{name}" in guesses:
        return [f"_a_{name}"]
    value = failed.variables.get(name)
    return [key for key, one in guesses.items() if isinstance(value, np.ndarray) and one.shape == value.shape != ()]


def _as_labels(guesses: Guesses, names: list[str]) -> list[Guesses]:
    order = sorted(guesses, key=lambda key: key[3:] not in names)
    found = []
    for name in order:
        one = guesses[name]
        if one.kind in ("array", "one-hot", "binary", "unit") and one.shape:
            high = min((size for other in guesses.values() for size in _all_sizes(other) if size > 1), default=3)
            shape = one.shape if one.kind == "array" else one.shape[:1]
            found.append({**guesses, name: Guess("labels", shape, high=min(high, 3), absent=one.absent)})
            if len(one.shape) > 1:
                found.append({**guesses, name: Guess("labels", one.shape[:1], high=min(high, 3), absent=one.absent)})
    return found[:4]


def _smaller_labels(guesses: Guesses, text: str) -> list[Guesses]:
    match = re.search(r"axis \d+ with size (\d+)", text)
    size = int(match[1]) if match else 2
    return [
        {**guesses, name: Guess("labels", one.shape, high=size, absent=one.absent)}
        for name, one in guesses.items()
        if one.kind == "labels" and one.high > size
    ]


def _other_dimensions(guesses: Guesses, failed: Failed, tree: ast.Module, text: str) -> list[Guesses]:
    match = re.search(r"expected (\d+)", text)
    indexed = re.search(r"but (\d+) were indexed", text)
    wanted = int(match[1]) if match else int(indexed[1]) if indexed else 0
    spare = [9, 8, 3, 2]
    found = []
    for name in dict.fromkeys(_names_at(failed, tree)):
        for key in _of_variable(guesses, failed, name):
            one = guesses[key]
            if not one.shape or one.kind not in ("array", "unit"):
                continue
            count = wanted if 0 < wanted <= 4 else len(one.shape) + 1
            shape = (one.shape + tuple(spare))[:count] if count > len(one.shape) else one.shape[:count]
            if shape != one.shape:
                found.append({**guesses, key: Guess(one.kind, shape)})
    return found


def _longer(guesses: Guesses, size: int, shape: list[int]) -> list[Guesses]:
    wanted = int(np.prod(shape))
    found = []
    for key, one in guesses.items():
        if one.kind in ("array", "unit") and len(one.shape) == 1:
            found.append({**guesses, key: Guess(one.kind, (one.shape[0] + wanted - size,))})
    return [one for one in found if all(n > 0 for guess in one.values() for n in guess.shape)]


def _other_kind(guesses: Guesses, failed: Failed, tree: ast.Module) -> list[Guesses]:
    """Return guesses with a number in the place of an array, or the other way round."""
    found = []
    for name in dict.fromkeys(_names_at(failed, tree)):
        one = guesses.get(f"_a_{name}")
        if one is not None and one.kind in ("value", "number", "whole"):
            found.append({**guesses, f"_a_{name}": Guess("array", (4,))})
    return found
