"""Which of the things that a program holds are checked, and what is said if there is none."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from chainrule.checking.experiment import Experiment
from chainrule.checking.reading.cannot import CannotCheck
from chainrule.checking.reading.module import Module
from chainrule.checking.reading.recognise import functions, layers, loops, network_class
from chainrule.checking.reading.recognise.found import Found


def chosen(module: Module, name: str = "") -> list[Experiment]:
    """Return what is checked of a program, the most important first: a network before single layers.

    Raises
    ------
    CannotCheck
        If nothing is found, or nothing of that name.
    """
    networks = list(_networks(module))
    found = [one.experiment for one in sorted(networks, key=lambda one: not one.score.ran)]
    found += layers.find(module)
    if name:
        found = [one for one in found if name in (one.name, one.name.split(".")[0])]
    if not found:
        raise CannotCheck(_what_was_seen(module, name))
    return found


def _networks(module: Module) -> Iterator[Found]:
    """Yield classes, then functions; training loops only if nothing else could be run."""
    classes = list(network_class.find(module))
    others = list(functions.find(module))
    yield from classes
    yield from others
    if not any(one.score.ran for one in (*classes, *others)):
        yield from loops.find(module, set())


def _what_was_seen(module: Module, name: str) -> str:
    """Return what the file holds, and how to say what is meant."""
    path = module.program.path
    what = f"{name} in {path}" if name else str(path)
    seen = [f"  function {name}({_signature(node)})" for name, node in module.functions().items()]
    for class_name, node in module.classes().items():
        methods = [one for one in node.body if isinstance(one, ast.FunctionDef)]
        seen += [f"  class {class_name}: {', '.join(f'{one.name}({_signature(one)})' for one in methods[:8])}"]
    return "\n".join(
        [
            f"{what}: found nothing with a loss and gradients that could be run.",
            "Seen:" if seen else "Seen: no function and no class.",
            *seen[:20],
            *([f"  and {len(seen) - 20} more"] if len(seen) > 20 else []),
            f"If one of them is the network, name it: chainrule check {path.name}:NAME",
            "or call chainrule.check(function, parameters) from Python.",
        ]
    )


def _signature(node: ast.FunctionDef) -> str:
    return ", ".join(argument.arg for argument in node.args.args if argument.arg != "self")
