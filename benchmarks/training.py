"""Time whole runs: ``python -m benchmarks.training [--cifar10 PATH] [--target A] [--rounds R] [--json FILE]``.

A run is timed from the first line that opens its data to the end of the epoch whose validation accuracy reaches the
target: reading, preprocessing, training and measuring. Before that its process rehearses one epoch of the digits, so
that what libraries import and set up on first use is in nobody's time; "process" has it all. Every run has a process
of its own, the runs alternate, and each round has another seed. The images of CIFAR-10 are decoded once before, for
all. chainrule compiles its engine in a run of its own before, as it does once on a machine.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.machine import describe_machine, machine_lines
from benchmarks.report import DASH
from benchmarks.runners import RUNNERS
from benchmarks.whole_runs import WholeRun, cifar10, digits, load_inputs
from benchmarks.worker import peak_bytes
from benchmarks.workers import ROOT, environment

MOST_SECONDS = 1800
"""When a run that has not ended is given up."""

CIFAR10 = ROOT.parent / "shared" / "data" / "cifar10-jpeg.zip"


def main(arguments: Sequence[str] | None = None) -> int:
    """Time all runs and print them; 1 if one failed or did not arrive."""
    options = _parse(arguments)
    if options.run_one:
        return _run_one(options.run_one, options)
    machine = describe_machine()
    print(*machine_lines(machine), f"{options.threads} threads, {options.rounds} rounds", sep="\n")
    runs = [] if options.skip_digits else [digits()]
    if options.cifar10.exists():
        runs.append(cifar10(str(options.cifar10), options.target))
    else:
        print(f"CIFAR-10: skipped, there is no {options.cifar10}")
    document: dict[str, Any] = {"machine": machine, "runs": {}}
    good = True
    for run in runs:
        load_inputs(run)  # decodes what is not decoded yet
        results: dict[str, list[dict[str, Any]]] = {name: [] for name in RUNNERS}
        _start("chainrule", run, 0, options, epochs=1)  # compiles what is not compiled yet
        for seed in range(options.rounds):
            for name in RUNNERS:
                results[name].append(_start(name, run, seed, options))
        document["runs"][run.name] = results
        print(f"\n{table(run.name, results)}", flush=True)
        good = good and all(one["status"] in ("arrived", "missing") for many in results.values() for one in many)
    if options.json:
        options.json.write_text(json.dumps(document, indent=1) + "\n")
    return 0 if good else 1


def table(name: str, results: dict[str, list[dict[str, Any]]]) -> str:
    """Return one run's table; times are medians over the rounds, ratios the medians of the rounds' ratios."""
    head = (
        f"{'':<14}{'seconds':>9}{'of all rounds':>17}{'epochs':>8}{'process':>9}{'x chainrule':>13}{'peak memory':>13}"
    )
    lines, ours = [name, head], results.get("chainrule", [])
    for label, rounds in results.items():
        arrived = [one for one in rounds if one["status"] == "arrived"]
        cells = [DASH] * 6
        note = ""
        if len(arrived) == len(rounds) and rounds:
            seconds = [one["seconds"] for one in rounds]
            ratios = [
                one["seconds"] / our["seconds"]
                for one, our in zip(rounds, ours, strict=True)
                if our["status"] == "arrived"
            ]
            cells = [
                f"{np.median(seconds):.2f}",
                f"{min(seconds):.2f} {DASH} {max(seconds):.2f}",
                f"{np.median([one['epochs'] for one in rounds]):.0f}",
                f"{np.median([one['process_seconds'] for one in rounds]):.2f}",
                f"{np.median(ratios):.2f}" if ratios else DASH,
                f"{max(one['peak_bytes'] for one in rounds) / 1e6:,.0f} MB",
            ]
        elif any(one["status"] != "missing" for one in rounds):
            note = "  " + "; ".join(
                sorted({one["why"] for one in rounds if one["status"] not in ("arrived", "missing")})
            )
        widths = (9, 17, 8, 9, 13, 13)
        lines.append(f"  {label:<12}" + "".join(f"{cell:>{w}}" for cell, w in zip(cells, widths, strict=True)) + note)
    return "\n".join(lines)


def _start(name: str, run: WholeRun, seed: int, options: argparse.Namespace, epochs: int = 0) -> dict[str, Any]:
    """Time one run in a process of its own."""
    one = {"runner": name, "run": {**vars(run), **({"most_epochs": epochs} if epochs else {})}, "seed": seed}
    words = [sys.executable, "-m", "benchmarks.training", "--run-one", json.dumps(one)]
    began = time.perf_counter()
    try:
        process = subprocess.run(
            [*words, "--threads", str(options.threads)],
            capture_output=True,
            text=True,
            cwd=ROOT,
            env=environment(options.threads),
            check=False,
            timeout=MOST_SECONDS,
        )
    except subprocess.TimeoutExpired:
        return {"status": "failed", "why": f"failed: it did not end within {MOST_SECONDS} seconds"}
    seconds = time.perf_counter() - began
    lines = process.stdout.strip().splitlines()
    if process.returncode or not lines:
        last = (process.stderr.strip().splitlines() or ["no word why"])[-1]
        return {"status": "failed", "why": f"failed: {last[:200]}"}
    answer: dict[str, Any] = json.loads(lines[-1])
    return {**answer, "process_seconds": seconds}


def _run_one(text: str, options: argparse.Namespace) -> int:
    """Do one run here, and print what came of it."""
    one = json.loads(text)
    run = WholeRun(**one["run"])
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[: options.threads])
    runner = RUNNERS[one["runner"]]
    try:
        next(runner(digits(), one["seed"], options.threads))  # the rehearsal
    except ModuleNotFoundError as error:
        print(json.dumps({"status": "missing", "why": f"{error.name} is not installed"}))
        return 0
    began = time.perf_counter()
    epochs, best, status = 0, 0.0, "gave up"
    for accuracy in runner(run, one["seed"], options.threads):
        epochs, best = epochs + 1, max(best, accuracy)
        if accuracy >= run.target:
            status = "arrived"
            break
    answer = {
        "status": status,
        "why": "" if status == "arrived" else f"{100 * best:.1f} % at most in {epochs} epochs",
        "seconds": time.perf_counter() - began,
        "epochs": epochs,
        "accuracy": best,
        "peak_bytes": peak_bytes(),
    }
    print(json.dumps(answer))
    return 0


def _parse(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.training", description="Time whole runs.")
    parser.add_argument("--cifar10", type=Path, default=CIFAR10, help="CIFAR-10 in any form that chainrule takes")
    parser.add_argument("--target", type=float, default=0.5, help="validation accuracy to reach on CIFAR-10")
    parser.add_argument("--skip-digits", action="store_true", help="CIFAR-10 only")
    parser.add_argument("--rounds", type=int, default=3, help="how often each is run, each time with another seed")
    parser.add_argument("--threads", type=int, default=2, help="how many threads may compute")
    parser.add_argument("--json", type=Path, help="a file to write everything to")
    parser.add_argument("--run-one", help=argparse.SUPPRESS)
    return parser.parse_args(arguments)


if __name__ == "__main__":
    sys.exit(main())
