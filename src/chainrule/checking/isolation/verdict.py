"""From what a guest left behind to an outcome. Nothing that a guest writes is trusted to be well formed."""

from __future__ import annotations

import json
import signal
from contextlib import suppress
from typing import Any

from chainrule.checking.isolation.limits import Limits
from chainrule.checking.isolation.outcome import Kind, Outcome
from chainrule.checking.isolation.promises import Ledger

SIGNALS = {int(one): one.name for one in signal.Signals}
TOO_LARGE = "the result is too large"


def outcome_of(data: bytes, code: int | None, limits: Limits, ledger: Ledger) -> Outcome:
    """Read everything that a guest wrote: first the account of its layers, then its result, if it came that far."""
    account, _, result = data.partition(b"\n")
    with suppress(ValueError, KeyError):
        ledger.add_json(json.loads(account))
    return outcome_of_result(result, limits) if result else outcome_of_exit(code, limits)


def outcome_of_result(data: bytes, limits: Limits) -> Outcome:
    """Read what the guest wrote as the end of its run."""
    try:
        end = json.loads(data)
    except (ValueError, RecursionError):
        return Outcome(Kind.ERROR, detail="the result cannot be read as JSON")
    if not isinstance(end, dict):
        return Outcome(Kind.ERROR, detail="the result is no answer")
    if isinstance(end.get("value"), dict):
        return Outcome(Kind.DONE, end["value"])
    if "value" in end:
        return Outcome(Kind.ERROR, detail=f"the result is a {type(end['value']).__name__}, not a dictionary")
    return _outcome_of_exception(end, limits)


def _outcome_of_exception(end: dict[str, Any], limits: Limits) -> Outcome:
    detail = str(end.get("detail", ""))
    if end.get("kind") == Kind.MEMORY:
        return Outcome(Kind.MEMORY, detail=f"{limits.memory_met()}: {detail}")
    if end.get("kind") == Kind.EXIT:
        return Outcome(Kind.EXIT, detail=f"the program ended itself: {detail}")
    return Outcome(Kind.ERROR, detail=detail)


def outcome_of_exit(code: int | None, limits: Limits) -> Outcome:
    """Say how a guest ended that left no result: its exit code, negative for a signal, ``None`` if nobody saw it."""
    if code is None:
        return Outcome(Kind.CRASH, detail="the process was killed from outside")
    if code >= 0:
        return Outcome(Kind.EXIT, detail=f"the program ended itself without a result, exit code {code}")
    name = SIGNALS.get(-code, str(-code))
    if name == "SIGXCPU":
        return Outcome(Kind.TIMEOUT, detail=limits.time_met("of processor time"))
    return Outcome(Kind.CRASH, detail=f"the process was ended by a signal: {name}")
