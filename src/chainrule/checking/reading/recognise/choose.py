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
    networks = sorted(_networks(module, name), key=lambda one: not one.score.ran)
    single = list(layers.find(module))
    if not name:
        used = _reached(module, [function for one in networks for function in one.functions])
        single = [one for one in single if one.name not in used]
    found = [*(one.experiment for one in networks), *single]
    if any(not one.supposed for one in found):
        found = [one for one in found if not one.supposed]
    if name:
        found = [one for one in found if name in (one.name, one.name.split(".")[0])]
    if not found:
        raise CannotCheck(_what_was_seen(module, name))
    return found


def _networks(module: Module, name: str) -> Iterator[Found]:
    """Yield classes, then functions; a training loop only if these are no whole network; ``name`` is asked for."""
    every = [*network_class.find(module), *functions.find(module)]
    found = [one for one in every if not one.supposed]
    if not any((one.score.ran or one.certain) and (not _is_part(one) or one.experiment.name == name) for one in found):
        in_loops = list(loops.find(module))
        every += in_loops
        loop = max((one for one in in_loops if not one.supposed), key=lambda one: one.score, default=None)
        found = _with_loop(found, loop) if loop is not None else found
    if not any(one.score.ran or one.certain for one in found):  # rather than one that cannot be run
        found = [one for one in every if one.supposed][:1] or found
    running = {function for one in found if one.score.ran for function in one.functions}
    for one in found:
        if one.score.ran or not running & set(one.functions):
            yield one


def _is_part(found: Found) -> bool:
    """Whether it is forward and backward alone: the loss is not computed, and a training loop may show more."""
    return found.experiment.kind == "stages" and "loss" in found.experiment.conventions


def _with_loop(found: list[Found], loop: Found) -> list[Found]:
    """Return what is found with a training loop: it is judged in the place of its parts, unless these are wrong."""
    parts = [one for one in found if _is_part(one)]
    if not parts:
        return [loop, *found]
    if loop.score.ran and (loop.score.right or all(one.score.right for one in parts)):
        return [loop, *(one for one in found if one not in parts)]
    return found


def _reached(module: Module, names: list[str]) -> set[str]:
    """Return the functions that functions and classes call, directly or not."""
    nodes: dict[str, ast.AST] = {**module.functions(), **module.classes()}
    reached = [name for name in dict.fromkeys(names) if name in nodes]
    for name in reached:
        inner = [node.id for node in ast.walk(nodes[name]) if isinstance(node, ast.Name)]
        reached += [one for one in dict.fromkeys(inner) if one in nodes and one not in reached]
    return set(reached)


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
