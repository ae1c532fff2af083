"""Time a step: ``python -m benchmarks.steps [--rows N] [--rounds R] [--seconds S] [--json FILE] [--only PATTERN]``."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from benchmarks.contenders import CONTENDERS
from benchmarks.machine import describe_machine, machine_lines
from benchmarks.measure import Plan, measure
from benchmarks.problems import PROBLEMS
from benchmarks.report import block, overview, summarise


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure and print; 1 if anyone had to be refused or failed."""
    options = _parse(arguments)
    plan = Plan(options.rows, options.rounds, options.seconds, options.threads)
    problems = [problem for problem in PROBLEMS if options.only in problem.name]
    entries = [entry for entry in CONTENDERS if not options.contenders or entry.name in options.contenders.split(",")]
    summaries: list[dict[str, Any]] = []
    machine = describe_machine()
    print(
        *machine_lines(machine),
        f"{plan.threads} threads, {plan.rounds} rounds of {plan.seconds:g} s, {plan.rows:,} rows of float32",
        sep="\n",
    )
    for problem in problems:
        summary = summarise(problem, measure(problem, entries, plan, _say))
        _say("")
        summaries.append(summary)
        print(f"\n{block(summary)}", flush=True)
        if options.json:
            document = {"machine": machine, "plan": vars(plan), "problems": summaries}
            options.json.write_text(json.dumps(document, indent=1) + "\n")
    print(f"\n{overview(summaries)}")
    troubled = [one for summary in summaries for one in summary["contenders"] if one["status"] in ("refused", "failed")]
    return 1 if troubled or not summaries else 0


def _parse(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.steps", description="Time a mini-batch step.")
    parser.add_argument("--rows", type=int, default=10_000, help="rows of data that mini-batches are gathered from")
    parser.add_argument("--rounds", type=int, default=9, help="how often each contender is timed")
    parser.add_argument("--seconds", type=float, default=0.5, help="about how long it computes in one round")
    parser.add_argument("--threads", type=int, default=2, help="how many threads may compute")
    parser.add_argument("--json", type=Path, help="a file to write everything to, problem by problem")
    parser.add_argument("--only", default="", help="only problems whose name has this in it: 'batch 250', adam")
    parser.add_argument("--contenders", default="", help="only these, by name, with commas between")
    return parser.parse_args(arguments)


def _say(line: str) -> None:
    """Tell a person who watches what is going on, on one line that is written over."""
    if sys.stderr.isatty():
        print(f"\r\033[K{line}", end="", file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())
