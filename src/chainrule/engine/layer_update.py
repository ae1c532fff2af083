"""The update of one layer: its gradient formed a block at a time, and used while it is in the cache."""

from __future__ import annotations

from numpy import ndarray

from chainrule.engine.blas import multiply_parts
from chainrule.engine.clock import PENALTY, PRODUCTS, UPDATE, lap, read_clock
from chainrule.engine.compiling import compiled
from chainrule.engine.kernels import sum_of_squares, sum_rows
from chainrule.engine.team import GRAIN, Team, part
from chainrule.engine.updates import Scale, update

BLOCK = 196_608
"""Entries of a weight gradient that are formed at a time: in float32 they stay in a cache of 1 MB until they are used.
Smaller blocks cost the product, which copies its factors anew for each."""

PIECE = 4096
"""Entries that are updated, and their squares summed, at a time: they stay in the first cache in between."""


@compiled()
def block_rows(outputs: int) -> int:
    """Return how many rows of a weight gradient are formed at a time."""
    return max(1, BLOCK // outputs)


@compiled()
def update_layer(
    team: Team, w: ndarray, moments: ndarray, offset: int, a: ndarray, dz: ndarray, N: int, inputs: int, outputs: int,
    rule: int, scale: Scale, reg: float, constants: ndarray, gradient: ndarray, laps: ndarray,
) -> float:  # fmt: skip
    """Update this thread's rows of W, which begins at ``w[offset]``, and its part of b.

    Returns
    -------
    float
        The sum of the squares of those rows as they are now, for the penalty of the next step; 0 without a penalty.
    """
    squares, P = 0.0, len(w)
    now = read_clock(laps)
    first_row, last_row = part(team, inputs, GRAIN)
    for top in range(first_row, last_row, block_rows(outputs)):
        rows = min(block_rows(outputs), last_row - top)
        multiply_parts(rows, outputs, N, 1.0, a, top, inputs, True, dz, 0, outputs, False, 0.0, gradient, 0, outputs)
        now = lap(laps, PRODUCTS, now)
        begin = offset + top * outputs
        for done in range(0, rows * outputs, PIECE):
            size = min(PIECE, rows * outputs - done)
            here = begin + done
            own, first, second = w[here : here + size], moments[here : here + size], moments[P + here : P + here + size]
            update(rule, own, gradient[done : done + size], first, second, scale, scale.shrink, 2 * reg, constants)
            now = lap(laps, UPDATE, now)
            if reg > 0:
                squares += sum_of_squares(own)
                now = lap(laps, PENALTY, now)
    left, right = part(team, outputs, GRAIN)
    if left < right:
        begin, end = offset + inputs * outputs + left, offset + inputs * outputs + right
        sum_rows(dz, N, outputs, left, gradient[: right - left])
        update(
            rule, w[begin:end], gradient, moments[begin:end], moments[P + begin : P + end], scale, 1.0, 0.0, constants
        )
    lap(laps, UPDATE, now)
    return squares


@compiled()
def sum_layer(team: Team, w: ndarray, offset: int, inputs: int, outputs: int) -> float:
    """Return what :func:`update_layer` returns, added up in the same order, so that the bits are the same."""
    squares = 0.0
    first_row, last_row = part(team, inputs, GRAIN)
    for top in range(first_row, last_row, block_rows(outputs)):
        begin, entries = offset + top * outputs, min(block_rows(outputs), last_row - top) * outputs
        for done in range(0, entries, PIECE):
            squares += sum_of_squares(w[begin + done : begin + min(done + PIECE, entries)])
    return squares
