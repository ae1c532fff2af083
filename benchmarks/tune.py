"""Time a search: ``python -m benchmarks.tune [--rounds R] [--only GRID] [--peers A,B] [--cifar10 PATH] [--json FILE]``.

Everybody trains the same network with the same grid of settings, on the same rows, and measures each on the same
validation rows. Each round of each has a process of its own, and the peers take turns within a round; processes are
warm, with their data in memory, before the clock starts. Whoever's accuracies are not those of the others computes
something else, and is told of.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import time
from collections.abc import Sequence
from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.machine import describe_machine, machine_lines
from benchmarks.tuning.grid import Grid, cifar10, digits
from benchmarks.tuning.peers import PEERS
from benchmarks.tuning.table import disagreeing, table
from benchmarks.workers import ROOT, environment

CIFAR10 = ROOT.parent / "shared" / "data" / "cifar10-jpeg.zip"
MOST_SECONDS = 1800
"""When a search that has not ended is given up."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Time everyone, and print a table a grid; 1 if one failed or found something else."""
    options = _parse(arguments)
    if options.run_one:
        return _run_one(options)
    machine = describe_machine()
    print(*machine_lines(machine), f"{options.threads} threads, {options.rounds} rounds", sep="\n")
    names = [name for name in PEERS if not options.peers or name in options.peers.split(",")]
    document: dict[str, Any] = {"machine": machine, "grids": {}}
    wrong: list[str] = []
    for grid in _grids(options):
        rounds = [{name: _start(name, grid, options) for name in names} for _ in range(options.rounds)]
        document["grids"][grid.name] = rounds
        print(f"\n{table(grid, rounds)}", flush=True)
        wrong += [f"{PEERS[name]} on {grid.name}" for name in disagreeing(rounds)]
        if options.json:
            options.json.write_text(json.dumps(document, indent=1) + "\n")
    print(*(f"failed, or found something else: {who}" for who in wrong), sep="\n")
    return 1 if wrong else 0


def _grids(options: argparse.Namespace) -> list[Grid]:
    grids = [digits()]
    if options.cifar10.exists():
        grids.append(cifar10(str(options.cifar10)))
    else:
        print(f"CIFAR-10: skipped, there is no {options.cifar10}")
    return [grid for grid in grids if options.only.lower() in grid.name.lower()]


def _start(name: str, grid: Grid, options: argparse.Namespace) -> dict[str, Any]:
    """Have one peer search in a process of its own."""
    words = ["--run-one", name, "--only", grid.name, "--threads", options.threads, "--cifar10", options.cifar10]
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.tune", *map(str, words)],
        capture_output=True,
        text=True,
        timeout=MOST_SECONDS,
        cwd=ROOT,
        env=environment(options.threads),
        check=False,
    )
    lines = done.stdout.splitlines()
    if done.returncode or not lines:
        return {"status": "failed", "why": (done.stderr.strip().splitlines() or ["no word"])[-1]}
    found: dict[str, Any] = json.loads(lines[-1])
    return found


def _run_one(options: argparse.Namespace) -> int:
    """Be one peer: make ready, search, tell."""
    (grid,) = _grids(options)
    peer = import_module(f"benchmarks.tuning.peers.{options.run_one}").Peer(grid, options.threads)
    peer.rehearse()
    began = time.perf_counter()
    accuracies = peer.search()
    seconds = time.perf_counter() - began
    told = [None if np.isnan(accuracy) else float(accuracy) for accuracy in accuracies]
    print(json.dumps({"status": "done", "seconds": seconds, "accuracies": told}))
    return 0


def _parse(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.tune", description="Time a search.")
    parser.add_argument("--cifar10", type=Path, default=CIFAR10, help="the archive, published or of JPEG files")
    parser.add_argument("--rounds", type=int, default=3, help="how often everyone searches")
    parser.add_argument("--threads", type=int, default=2, help="threads, or processes, of each")
    parser.add_argument("--only", default="", help="only grids whose name has this in it: digits, cifar")
    parser.add_argument("--peers", default="", help="only these, by the names of their modules, with commas between")
    parser.add_argument("--json", type=Path, help="a file to write everything to")
    parser.add_argument("--run-one", help=argparse.SUPPRESS)
    return parser.parse_args(arguments)


if __name__ == "__main__":
    sys.exit(main())
