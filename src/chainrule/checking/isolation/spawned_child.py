"""The process that ``spawned`` starts: read a job, limit this process, run the function, write the result."""

from __future__ import annotations

import importlib
import json
import os
import sys
from functools import partial
from pathlib import Path

from chainrule.checking.isolation.folder import settle
from chainrule.checking.isolation.guest import answer, leave, write_all
from chainrule.checking.isolation.job import Job
from chainrule.checking.isolation.promises import RESOURCES, Ledger
from chainrule.checking.isolation.resources import limit_resources


def main() -> None:
    """Run the job that stands on standard input; the result goes to what was standard output."""
    job = Job.from_json(json.load(sys.stdin))
    channel = os.dup(1)
    nothing = os.open(os.devnull, os.O_RDWR)
    for standard in (0, 1, 2):
        os.dup2(nothing, standard)
    function = getattr(importlib.import_module(job.module), job.function)
    settle(Path.cwd())
    ledger = Ledger()
    ledger.attempt(RESOURCES, partial(limit_resources, job.limits))
    write_all(channel, json.dumps(ledger.to_json()).encode() + b"\n")
    write_all(channel, answer(function, job.request))
    leave(0)


if __name__ == "__main__":
    main()
