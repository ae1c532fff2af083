"""The derivation of files: in a process of its own, with limits of time and memory."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from chainrule.checking.beside import visible_to
from chainrule.checking.derive.result import Derivation, from_data
from chainrule.checking.isolation import Kind, Limits, run_isolated

ENTRY = "chainrule.checking.derive.child:derive"
MEGABYTE = 2**20


def derive_isolated(
    path: Path, name: str | None = None, *, seconds: float = 30.0, memory: int = 2048 * MEGABYTE
) -> Derivation:
    """Derive the backward pass of a file, whose code runs apart.

    Parameters
    ----------
    path : Path
        A ``.py`` file or a notebook.
    name : str, optional
        A function, method or class of it; else what computes a loss is looked for.
    seconds : float
        How long it may take.
    memory : int
        Bytes that it may use.
    """
    whole = path.absolute()
    request: dict[str, object] = {"path": str(whole), "name": name or ""}
    limits = Limits(seconds=seconds, memory=memory)
    outcome = run_isolated(ENTRY, request, limits=limits, visible=visible_to(whole))
    if outcome.kind is not Kind.DONE or outcome.value is None:
        return Derivation(str(path), name or "", refusals=(outcome.detail,))
    return replace(from_data(outcome.value), file=str(path))
