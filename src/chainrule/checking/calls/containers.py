"""Classes that hold layers: they are made with the layers of the same file."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace

from chainrule.checking.calls.guess import Guess, Guesses
from chainrule.checking.calls.plans import Subject
from chainrule.checking.calls.routine import Routine
from chainrule.checking.calls.search import Found


def filled(subject: Subject, known: Sequence[Found]) -> Subject:
    """Return a subject whose objects are made with layers that are known to run, if they are containers of such."""
    owner = next(iter(subject.plans[0].constructors), "")
    forward = subject.plans[0].steps[0]
    if not owner or not _holds_layers(forward):
        return subject
    layers = [*_layers(known, owner)]
    statement = _statement(owner, subject, [text for text, _ in layers])
    parts = {name: guess for _, made in layers for name, guess in made.items()}
    if not statement:
        return subject
    return replace(subject, plans=[replace(plan, layers={owner: statement}, parts=parts) for plan in subject.plans])


def _holds_layers(forward: Routine) -> bool:
    match = re.search(r"for (?:\w+, )?(\w+) in [^\n]*self\.\w+[^\n]*:\n", forward.source)
    return match is not None and re.search(rf"\b{match[1]}(\.\w+)?\(", forward.source) is not None


def _layers(known: Sequence[Found], owner: str) -> Iterator[tuple[str, Guesses]]:
    """Yield what makes layers one after the other: one with weights, one without, one with weights."""
    found = [(next(iter(one.plan.constructors)), one) for one in known if len(one.plan.constructors) == 1]
    usable = [(name, one) for name, one in found if name != owner and one.draft.outputs and one.style.data == "rows"]
    dense = [(name, one) for name, one in usable if len(_sizes(name, one)) == 2]
    between = [(name, one) for name, one in usable if not _sizes(name, one) and not one.plan.layers]
    if not dense:
        return
    yield _made(*dense[0], ("D", "H"))
    if between:
        yield _made(*between[0], ())
    yield _made(*dense[0], ("H", "C"))


def _sizes(name: str, found: Found) -> list[str]:
    return [key for key, one in found.guesses.items() if key.startswith(f"_c_{name}_") and one.kind == "whole"]


def _made(name: str, found: Found, letters: tuple[str, ...]) -> tuple[str, Guesses]:
    sizes = dict(zip(_sizes(name, found), letters, strict=False))
    parts: Guesses = {f"_k_{letter}": Guess("letter", value=letter) for letter in letters}
    pieces = []
    for key, one in found.guesses.items():
        if key.startswith(f"_c_{name}_"):
            pieces.append(f"{key.removeprefix(f'_c_{name}_')}={f'_k_{sizes[key]}' if key in sizes else key}")
            if key not in sizes:
                parts[key] = one
    return f"{name}({', '.join(pieces)})", parts


def _statement(owner: str, subject: Subject, inside: Sequence[str]) -> str:
    """Return what makes a container with these inside; empty if it is not known how."""
    constructor = subject.plans[0].constructors[owner]
    if not inside:
        return ""
    takes = [one.name for one in constructor.arguments if not one.optional] if constructor else []
    if constructor is not None and constructor.node.args.vararg is not None:
        return f"_o_{owner} = {owner}({', '.join(inside)})"
    if len(takes) == 1 or (constructor is not None and len(constructor.arguments) == 1):
        return f"_o_{owner} = {owner}([{', '.join(inside)}])"
    if not takes and subject.adder:
        return "\n".join([f"_o_{owner} = {owner}()", *(f"_o_{owner}.{subject.adder}({one})" for one in inside)])
    return ""
