"""Which numbers a loss is differentiated by: arrays that are there before the forward pass begins and are no data."""

from __future__ import annotations

import ast
import re

import numpy as np

from chainrule.checking.derive.entry import Entry
from chainrule.checking.derive.seeing import Sightings
from chainrule.checking.derive.text import code
from chainrule.checking.record.tape import Ref, Tape
from chainrule.checking.roles.flow import Flow

DATA = re.compile(
    r"outputs?|x|x_\w*|xs|x\d|xt|x_?(train|batch|b|data|in|i|dev|val)|X\w*|inputs?|inp|data|y|y_\w+|Y\w*|ys|yb|labels?|label\w*|targets?|t|T|ts|img|imgs|images?|batch\w*"
    r"|pics?|pictures?|reg\w*|lam\w*|lmbda|l2\w*|eps\w*|lr|alpha|eta|rate|mask\w*|h0|c0|s0|h_?prev|c_?prev|a_?prev|a0|hidden_prev|onehot|one_hot|wants?|want\w*"
    r"|features?|samples?|seq\w*|question\w*|context|noise|drop\w*|keep\w*|decay|momentum|sigma|scale|a|A0|z0|numbers?|tokens?|sentence|waves?|signal|state|points?|examples?|expected|delta|margin|smooth|hprev"
)
WEIGHT = re.compile(
    r"[WUVB]\w{0,4}|[wbuv](_?\d+|_\w+|[hxyzfiocgrkau]{1,2}\d*)?|\w*[wW]eights?\w*|\w*[bB]ias\w*|gamma\w*|beta\w*|[tT]heta\w*|\w*filters?\w*|\w*kernels?\w*"
    r"|\w*emb\w*|syn\d|param\w*|E|table"
)


def name_of(node: ast.expr) -> str:
    """Return the word for what an expression is."""
    if isinstance(node, ast.Subscript):
        words = [
            one.value for one in ast.walk(node.slice) if isinstance(one, ast.Constant) and isinstance(one.value, str)
        ]
        return "".join(words) if words else name_of(node.value)
    return node.attr if isinstance(node, ast.Attribute) else node.id if isinstance(node, ast.Name) else ""


def parameters_of(
    entry: Entry, tree: ast.Module, tape: Tape, flow: Flow, sightings: Sightings, *, all_arrays: bool = False
) -> dict[int, str]:
    """Return the vertices of parameters, with a name for each."""
    back = flow.upstream([flow.vertex(entry.ref)], entry.start)
    names: dict[int, list[str]] = {}
    own: set[int] = set()
    """Attributes of the program's objects."""
    for node in ast.walk(tree):
        if not isinstance(node, ast.Name | ast.Attribute | ast.Subscript) or not isinstance(node.ctx, ast.Load):
            continue
        if isinstance(node, ast.Attribute) and node.attr in ("T", "mT"):
            continue
        for seen in sightings.of.get(getattr(node, "number", -1), []):
            if seen.ref is None or not entry.start <= seen.time <= entry.end or seen.dtype != "f":
                continue
            vertex = flow.vertex(seen.ref)
            if vertex in back and flow.event[vertex] < entry.start:
                names.setdefault(vertex, []).append(name_of(node))
                if isinstance(node, ast.Attribute) and code(node.value) == "self":
                    own.add(vertex)
    forced = _in_containers(entry, tree, flow, sightings)
    found = {}
    for vertex, known in names.items():
        value = np.asarray(tape.nodes[flow.node[vertex]].value)
        if vertex in forced or _is_parameter(known, value.ndim + (vertex in own), all_arrays):
            found[vertex] = known[0]
    return found


def _in_containers(entry: Entry, tree: ast.Module, flow: Flow, sightings: Sightings) -> set[int]:
    """Return the vertices of arrays in containers that are called like parameters."""
    found: set[int] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Name | ast.Attribute) and re.fullmatch(
            r"[pP]aram\w*|theta|weights|P|net|model|W", name_of(node)
        ):
            for seen in sightings.of.get(getattr(node, "number", -1), []):
                if isinstance(seen.value, dict) and entry.start <= seen.time <= entry.end:
                    found |= {flow.vertex(one) for one in seen.value.values() if isinstance(one, Ref)}
    return found


def _is_parameter(names: list[str], axes: int, all_arrays: bool) -> bool:
    if any(DATA.fullmatch(one) for one in names) and not all_arrays:
        return False
    if any(WEIGHT.fullmatch(one) for one in names):
        return True
    return axes > 0


__all__ = ["Ref", "code", "parameters_of"]
