"""The truths that a statement may have to compute in its passes: those of one expression of the forward pass.

A statement of the backward pass that is run many times (in a loop over time, by several layers) computes the
gradients of one expression of the forward pass, run as often: in the same order, or from the last to the first.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy import ndarray

from chainrule.checking.record.tape import Event, Tape, refs
from chainrule.checking.truth.sweep import Gradients

MOST_PASSES = 3000


class Pass(NamedTuple):
    """One truth of a family: when and in which call the forward value was made, and its gradient."""

    time: int
    frame: int
    truth: ndarray


class Family(NamedTuple):
    """The gradients of one expression in all its passes, in the order of time."""

    kind: str
    """``made``: of its values; ``written``: of what it wrote into; ``part``: what reaches its argument through it;
    ``call``: what reaches the argument of a function through the call of it."""
    site: int
    """The expression; of calls the line of the function."""
    argument: int
    passes: tuple[Pass, ...]


def families(tape: Tape, gradients: Gradients) -> list[Family]:
    """Return the truths of a window, by the expressions that they belong to."""
    found: dict[tuple[str, int, int], list[Pass]] = {}
    for node, truth in gradients.made.items():
        event = tape.events[tape.nodes[node].event]
        outputs = event.output if isinstance(event.output, tuple) else (event.output,)
        _add(found, ("made", event.site, outputs.index(node) if node in outputs else 0), event, truth)
    for index, truth in gradients.written.items():
        _add(found, ("written", tape.events[index].site, 0), tape.events[index], truth)
    for (index, node), truth in gradients.parts.items():
        event = tape.events[index]
        position = next((n for n, ref in enumerate(refs(event.args)) if ref.node == node), 0)
        _add(found, ("part", event.site, position), event, truth)
    _add_calls(found, tape, gradients)
    return [
        Family(*key, tuple(sorted(passes, key=lambda one: one.time)))
        for key, passes in found.items()
        if len(passes) <= MOST_PASSES
    ]


def _add(found: dict[tuple[str, int, int], list[Pass]], key: tuple[str, int, int], event: Event, truth: Any) -> None:
    array = np.asarray(truth, float)
    if np.all(np.isfinite(array)):
        found.setdefault(key, []).append(Pass(event.index, event.frame, array))


def _add_calls(found: dict[tuple[str, int, int], list[Pass]], tape: Tape, gradients: Gradients) -> None:
    """Add what reaches the arguments of calls through all that is done in these, where that is more than one part."""
    by_node: dict[int, list[tuple[int, Any]]] = {}
    for (index, node), truth in gradients.parts.items():
        by_node.setdefault(node, []).append((index, truth))
    for frame in tape.frames:
        arguments = dict.fromkeys(ref.node for ref in refs(frame.arguments))
        for position, node in enumerate(arguments):
            inside = [truth for index, truth in by_node.get(node, ()) if frame.start <= index < frame.end]
            if 1 < len(inside) < len(by_node[node]):
                array = np.asarray(sum(inside), float)
                if np.all(np.isfinite(array)):
                    passes = found.setdefault(("call", frame.line, position), [])
                    passes.append(Pass(frame.start, frame.id, array))


def orders(times: Sequence[int], frames: Sequence[int], family: Sequence[Pass]) -> Iterator[list[int | None]]:
    """Yield ways in which the passes of a statement may belong to those of an expression: by pass, which one; or none.

    Both may come in blocks, one for each example: within each the order is the same, or the reverse, or one off. Or
    they come in calls, of which the last of one belongs to the first of the other, and within each the order is the
    same.
    """
    seen: set[tuple[int | None, ...]] = set()
    for order in (*_in_blocks(times, family), *_by_calls(frames, [one.frame for one in family])):
        if any(one is not None for one in order) and tuple(order) not in seen:
            seen.add(tuple(order))
            yield order


def _in_blocks(times: Sequence[int], family: Sequence[Pass]) -> Iterator[list[int | None]]:
    blocks = _blocks(times, [one.time for one in family])
    for reverse in (True, False):
        for shift in (0, -1, 1):
            order: list[int | None] = []
            for given, own in blocks:
                for position in range(len(own)):
                    at = (len(given) - 1 - position if reverse else position) + shift
                    order.append(given[at] if 0 <= at < len(given) else None)
            yield order


def _by_calls(frames: Sequence[int], given: Sequence[int]) -> Iterator[list[int | None]]:
    calls: dict[int, list[int]] = {}
    for number, frame in enumerate(given):
        calls.setdefault(frame, []).append(number)
    sizes: dict[int, int] = {}
    for frame in frames:
        sizes[frame] = sizes.get(frame, 0) + 1
    backwards = [*calls.values()][::-1]
    if len(backwards) > 1 and [len(one) for one in backwards] == [*sizes.values()]:
        yield [number for call in backwards for number in call]


def _blocks(times: Sequence[int], family: Sequence[int]) -> list[tuple[list[int], list[int]]]:
    """Return runs of an expression and the runs of a statement that follow them, before the next of the expression."""
    merged = sorted([(time, 0, n) for n, time in enumerate(family)] + [(time, 1, n) for n, time in enumerate(times)])
    blocks: list[tuple[list[int], list[int]]] = []
    for _, own, number in merged:
        if not blocks or (not own and blocks[-1][1]):
            blocks.append(([], []))
        blocks[-1][own].append(number)
    return blocks


def in_order(
    order: Sequence[int | None], family: Sequence[Pass], shapes: Sequence[tuple[int, ...]]
) -> list[ndarray] | None:
    """Return the truths of all passes in the shapes of what is computed; of those that belong to none, nothing.

    None if one has another shape (but for axes of length 1).
    """
    found = []
    for one, shape in zip(order, shapes, strict=True):
        truth = np.zeros(shape) if one is None else family[one].truth
        if [n for n in truth.shape if n > 1] != [n for n in shape if n > 1]:
            return None
        found.append(truth.reshape(shape))
    return found
