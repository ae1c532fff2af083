"""Compare searches by time: ``python -m benchmarks.tuning.equal_time --runs FOLDER [--seconds T] [--figure PNG]``.

Everybody searches the same space on the same rows of CIFAR-10 for the same time, and whatever validation accuracy has
been measured counts from that moment on. Each run has a process of its own and leaves a file ``PEER-SEED.json`` in the
folder; a run that has its file is not done again, so that the comparison can be made in several sittings.
"""

from __future__ import annotations

import argparse
import json
import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from contextlib import suppress
from importlib import import_module
from pathlib import Path

from benchmarks.machine import describe_machine, machine_lines
from benchmarks.tuning.equal_time.contest import PEERS, Contest, Peer, Told
from benchmarks.tuning.equal_time.outcome import ahead, draw, table
from benchmarks.workers import ROOT, environment
from chainrule.files import write_whole
from chainrule.report.figure import save_figure

CIFAR10 = ROOT.parent / "shared" / "data" / "cifar10-jpeg.zip"
GETTING_READY = 300.0
"""Seconds that a run may take besides its search: images are decoded, loops compiled."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Do the runs that are missing; print the table, draw the figure. 1 if one failed."""
    options = _parse(arguments)
    if options.run_one:
        return _run_one(options)
    names = [name for name in PEERS if not options.peers or name in options.peers.split(",")]
    machine, failed = describe_machine(), []
    print(*machine_lines(machine), f"{options.threads} threads, {options.seconds:g} s a run", sep="\n", flush=True)
    for seed in range(options.seeds):  # everybody's first seed before anybody's second
        for name in names:
            file = options.runs / f"{name}-{seed}.json"
            why = "" if file.exists() else _start(name, seed, file, options)
            failed += [f"{PEERS[name]}, seed {seed}: {why}"] if why else []
    rows = [json.loads(file.read_text()) for file in sorted(options.runs.glob("*-*.json"))]
    rows = [row for row in rows if row["seconds"] == options.seconds and row["peer"] in names]
    if rows:
        print(f"\n{table(rows)}")
        if len({row["peer"] for row in rows}) > 1 and any(row["peer"] == "population" for row in rows):
            print(f"\nchainrule tune is ahead at every point: {'yes' if ahead(rows) else 'no'}")
        if options.figure:
            write_whole(options.figure, save_figure(draw(rows)))
    print(*(f"failed: {line}" for line in failed), sep="\n")
    return 1 if failed else 0


def _start(name: str, seed: int, file: Path, options: argparse.Namespace) -> str:
    """Have one peer search in a process of its own, which writes what it found; return why it failed, or nothing."""
    words = ["--run-one", name, "--seed", seed, "--seconds", options.seconds, "--threads", options.threads]
    command = [sys.executable, "-m", "benchmarks.tuning.equal_time", *map(str, words)]
    with tempfile.TemporaryFile("w+") as errors:
        process = subprocess.Popen(
            [*command, "--data", str(options.data), "--runs", str(file.absolute())],
            stderr=errors,
            cwd=ROOT,
            env=environment(options.threads),
            start_new_session=True,
        )
        try:
            code: int | None = process.wait(options.seconds + GETTING_READY)
        except subprocess.TimeoutExpired:
            code = None
        finally:
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)  # with the jobs that it may have left at work
        errors.seek(0)
        said = (errors.read().strip().splitlines() or ["no word"])[-1]
    if code == 0 and file.exists():
        points = json.loads(file.read_text())["points"]
        best = max((accuracy for _, accuracy in points), default=0.0)
        print(f"{PEERS[name]}, seed {seed}: {100 * best:.2f} %, {len(points)} measurements", flush=True)
        return ""
    return "it did not end" if code is None else said


def _run_one(options: argparse.Namespace) -> int:
    """Be one peer: make ready, search, write it down, and end without waiting for what is still at work."""
    maker = import_module(f"benchmarks.tuning.equal_time.{options.run_one}").Peer
    peer: Peer = maker(Contest(str(options.data)), options.threads)
    peer.rehearse()
    told = Told(options.seconds)
    peer.search(options.seed, told)
    row = {"peer": options.run_one, "seed": options.seed, "seconds": options.seconds, "points": sorted(told.points)}
    write_whole(options.runs, json.dumps(row) + "\n")
    os._exit(0)


def _parse(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.tuning.equal_time", description="Compare searches by time."
    )
    parser.add_argument("--runs", type=Path, default=Path("build/equal-time"), help="where runs are kept")
    parser.add_argument("--data", default=str(CIFAR10), help="as in chainrule train")
    parser.add_argument("--seconds", type=float, default=600.0, help="of a run")
    parser.add_argument("--seeds", type=int, default=3, help="runs of each")
    parser.add_argument("--threads", type=int, default=2, help="threads, or processes, of each")
    parser.add_argument("--peers", default="", help="only these, by the names of their modules, with commas between")
    parser.add_argument("--figure", type=Path, help="a PNG to draw")
    parser.add_argument("--run-one", help=argparse.SUPPRESS)
    parser.add_argument("--seed", type=int, default=0, help=argparse.SUPPRESS)
    return parser.parse_args(arguments)


if __name__ == "__main__":
    sys.exit(main())
