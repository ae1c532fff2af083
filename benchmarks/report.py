"""From the times of rounds to ratios, a table and JSON.

Ratios are taken round by round, of times that were measured within seconds of each other, and their median is told;
a ratio of two medians could compare a quiet minute with a busy one.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy import ndarray

from benchmarks.measure import Outcome
from benchmarks.problems import Problem

DASH = "–"
WIDTH = 100


def summarise(problem: Problem, outcomes: Sequence[Outcome]) -> dict[str, Any]:
    """Return everything about one problem as plain values."""
    timed = {outcome.entry.name: np.array(outcome.step_seconds) for outcome in outcomes if outcome.step_seconds}
    floors = [timed[o.entry.name] for o in outcomes if o.entry.kind == "floor" and o.entry.name in timed]
    engines = [timed[o.entry.name] for o in outcomes if o.entry.kind == "engine" and o.entry.name in timed]
    floor = np.min(floors, axis=0) if floors else None
    contenders = [_summarise_one(o, timed.get(o.entry.name), floor, engines[0] if engines else None) for o in outcomes]
    return {
        "problem": problem.name,
        "sizes": list(problem.sizes),
        "batch_size": problem.batch_size,
        "rule": problem.rule,
        "floor_ms": None if floor is None else _quartiles(1e3 * floor),
        "contenders": contenders,
    }


def _summarise_one(
    outcome: Outcome, seconds: ndarray | None, floor: ndarray | None, engine: ndarray | None
) -> dict[str, Any]:
    summary: dict[str, Any] = {
        "name": outcome.entry.name,
        "label": outcome.entry.label,
        "kind": outcome.entry.kind,
        "status": outcome.status,
        "why": outcome.why,
    }
    if seconds is not None:
        summary |= {
            "ms": _quartiles(1e3 * seconds),
            "ms_of_rounds": (1e3 * seconds).tolist(),
            "steps_of_a_round": outcome.steps,
            "times_floor": None if floor is None else _quartiles(seconds / floor),
            "times_engine": None if engine is None else _quartiles(seconds / engine),
            "peak_bytes": outcome.peak_bytes,
            "at_rest": outcome.at_rest,
            "libraries": outcome.libraries,
        }
    return summary


def _quartiles(values: ndarray) -> dict[str, float]:
    """Return the median and the quartiles, between which half of the rounds lie."""
    low, median, high = np.percentile(values, (25, 50, 75)).tolist()
    return {"median": median, "low": low, "high": high}


def block(summary: dict[str, Any]) -> str:
    """Return one problem's table."""
    head = f"{'':<20}{'ms a step':>11}{'quartiles':>21}{'x products':>13}{'x chainrule':>14}{'peak memory':>15}"
    lines = [summary["problem"], head]
    notes = []
    for one in summary["contenders"]:
        cells = [DASH] * 5
        if "ms" in one:
            ms = one["ms"]
            cells = [
                number(ms["median"]),
                f"{number(ms['low'])} {DASH} {number(ms['high'])}",
                _ratio(one["times_floor"]),
                _ratio(one["times_engine"]),
                f"{one['peak_bytes'] / 1e6:,.0f} MB",
            ]
            if not one["at_rest"]:
                notes.append(f"{one['label']}: its threads did not come to rest; the times of others may suffer")
        elif one["status"] != "missing":
            notes.append(f"{one['label']}: {one['status']}: {one['why']}")
        lines.append(f"  {one['label']:<18}{cells[0]:>11}{cells[1]:>21}{cells[2]:>13}{cells[3]:>14}{cells[4]:>15}")
    return "\n".join([*lines, *("  ! " + note for note in notes)])


def overview(summaries: Sequence[dict[str, Any]]) -> str:
    """Return one line a problem: the products, the engine beside them, and every peer as so many times the engine."""
    peers = {one["name"]: one["label"] for summary in summaries for one in summary["contenders"] if _is_peer(one)}
    short = {name: label.removeprefix("PyTorch, ").removesuffix(" longhand") for name, label in peers.items()}
    short |= {"torch_eager": "torch", "torch_compiled": "compile", "scikit_learn": "sklearn", "jax_scan": "JAX"}
    head = f"{'':<31}{'products':>9}{'chainrule':>10}{'ratio':>7} " + "".join(f"{short[name]:>8}" for name in peers)
    lines = ["ms a step; chainrule / products; each peer / chainrule", head.rstrip()]
    for summary in summaries:
        found = {one["name"]: one for one in summary["contenders"]}
        engine: dict[str, Any] = next((one for one in summary["contenders"] if one["kind"] == "engine"), {})
        floor = summary["floor_ms"]
        cells = f"{number(floor['median']) if floor else DASH:>9}"
        cells += f"{number(engine['ms']['median']) if 'ms' in engine else DASH:>10}"
        cells += f"{_ratio(engine.get('times_floor')):>7} "
        cells += "".join(f"{_ratio(found.get(name, {}).get('times_engine')):>8}" for name in peers)
        lines.append(f"{summary['problem']:<31}{cells}")
    return "\n".join(lines)


def _is_peer(one: dict[str, Any]) -> bool:
    return bool(one["kind"] == "peer")


def number(milliseconds: float) -> str:
    """Return three digits that count."""
    return f"{milliseconds:.{max(0, 2 - int(np.floor(np.log10(milliseconds))))}f}"


def _ratio(quartiles: dict[str, float] | None) -> str:
    return DASH if quartiles is None else f"{quartiles['median']:.2f}"
