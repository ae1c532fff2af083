"""Where functions that take parameters can get them: the program's own initialiser, its variables, or ours."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy import ndarray

from chainrule.checking.experiment import Sizes
from chainrule.checking.reading.module import Module
from chainrule.checking.reading.recognise.arguments import arguments
from chainrule.checking.reading.recognise.cases import known_things
from chainrule.checking.reading.recognise.draws import BY_DEPTH
from chainrule.checking.reading.recognise.layouts import Layout, depth, fixed_sizes, in_order, is_bias, layouts, made
from chainrule.checking.reading.recognise.paths import leaves
from chainrule.checking.reading.recognise.returns import return_names
from chainrule.checking.reading.recognise.trials import Form
from chainrule.checking.reading.recognise.vocabulary import is_parameter, role
from chainrule.checking.reading.seeding import seed_everything

INITIAL = re.compile(
    r"init|create_|make_|build_|random_(weights|param)|setup|gen(erate)?_(weights|param)", re.IGNORECASE
)


@dataclass(frozen=True)
class Source:
    """One way to get parameters."""

    make: Callable[[dict[str, Any], Sizes], dict[str, Any]]
    """From what is known of a draw, by its purpose, the parameters by the names that functions ask for."""
    possible: tuple[tuple[Sizes, ...], ...]
    mirrored: bool = False
    """Whether functions read them from the module, not from their arguments."""
    open_sizes: bool = True

    def sizes(self, form: Form) -> tuple[tuple[Sizes, ...], ...]:
        """Return the sets of sizes at which it can be drawn."""
        possible = (
            self.possible if self.open_sizes else [one for one in self.possible if (one[0].C == 1) == form.binary]
        )
        return tuple(form.sizes(sizes) for sizes in possible)


def sources(module: Module, nodes: list[ast.FunctionDef], also: Sequence[str] = ()) -> Iterator[Source]:
    """Yield the sources for these functions, the likeliest first.

    Parameters
    ----------
    module : Module
    nodes : list of ast.FunctionDef
    also : sequence of str
        Keys of a dictionary of parameters that do not stand in these functions, but were asked for when they ran.
    """
    wanted = _wanted(nodes)
    if not wanted:
        yield from _from_variables(module, nodes)
        return
    found = False
    for source in _from_initialisers(module, wanted):
        found = True
        yield source
    if not found:
        yield from _from_layouts(nodes, wanted, also)


def _wanted(nodes: list[ast.FunctionDef]) -> list[str]:
    """Return the arguments that are parameters, or hold them."""
    names: dict[str, None] = {}
    for node in nodes:
        returned = {name for other in nodes for name in return_names(other)}
        for argument in node.args.args:
            name = argument.arg
            if (is_parameter(name) or role(name) == "parameters") and name not in returned:
                names[name] = None
    return list(names)


def _from_initialisers(module: Module, wanted: list[str]) -> Iterator[Source]:
    for name, node in module.functions().items():
        if not INITIAL.search(name) or re.search(r"adam|velocity|momentum|optimi[sz]|cache|grad", name, re.IGNORECASE):
            continue
        function, names = module.namespace[name], return_names(node)
        roles = [role(argument.arg) for argument in node.args.args]
        depths = (2, 1, 3) if {"layers", "hidden"} & set(roles) else (min(max(roles.count("H"), 1), 3),)
        for number in depths:
            make = _initialised(function, names, wanted)
            sized = {"D", "C", "H", "layers", "hidden", "X", "y"} & set(roles)
            made_once = _attempt(make, BY_DEPTH[number][0])
            if made_once is None:
                continue
            if sized:
                yield Source(make, (BY_DEPTH[number],))
            else:
                arrays = [value for _, value in leaves(made_once) if isinstance(value, ndarray)]
                yield Source(make, tuple(fixed_sizes(arrays)), open_sizes=False)


def _initialised(
    function: Callable[..., Any], names: list[str], wanted: list[str]
) -> Callable[[dict[str, Any], Sizes], dict[str, Any]]:
    """Return the function that calls an initialiser and gives what it returns the names that are asked for."""

    def make(known: dict[str, Any], _: Sizes) -> dict[str, Any]:
        seed_everything()
        given = arguments(function, known, ("D", "C", "hidden", "layers", "seed", "X", "y", "N"))
        with np.errstate(all="ignore"):
            returned = function(**given)
        return _by_name(returned, names, wanted)

    return make


def _by_name(returned: Any, names: list[str], wanted: list[str]) -> dict[str, Any]:
    if isinstance(returned, tuple) and len(names) == len(returned):
        found = dict(zip(names, returned, strict=True))
        if all(name in found for name in wanted):
            return {name: found[name] for name in wanted}
        if len(wanted) == len(returned):
            return dict(zip(wanted, returned, strict=True))
    if isinstance(returned, dict) and all(name in returned for name in wanted):
        return {name: returned[name] for name in wanted}
    if isinstance(returned, tuple):
        returned = list(returned)
    return dict.fromkeys([*wanted, "parameters"], returned)


def _attempt(make: Callable[[dict[str, Any], Sizes], dict[str, Any]], sizes: Sizes) -> dict[str, Any] | None:
    try:
        made_once = make(known_things(sizes, 0.0, np.zeros((sizes.N, sizes.D)), np.zeros(sizes.N, np.int64)), sizes)
    except Exception:  # whatever a stranger's program may raise
        return None
    return made_once if any(np.asarray(value).dtype.kind == "f" for _, value in leaves(made_once)) else None


def _from_variables(module: Module, nodes: list[ast.FunctionDef]) -> Iterator[Source]:
    """Yield the module's own variables, if the functions read their parameters there."""
    read = {inner.id for node in nodes for inner in ast.walk(node) if isinstance(inner, ast.Name)}
    names = [name for name in module.namespace if name in read and (is_parameter(name) or role(name) == "parameters")]
    found = {name: module.namespace[name] for name in names if not callable(module.namespace[name])}
    arrays = [value for _, value in leaves(found) if isinstance(value, ndarray) and value.dtype.kind in "fi"]
    if arrays:
        yield Source(lambda *_: dict(found), tuple(fixed_sizes(arrays)), mirrored=True, open_sizes=False)


def _from_layouts(nodes: list[ast.FunctionDef], wanted: list[str], also: Sequence[str]) -> Iterator[Source]:
    """Yield parameters of our own making, in every layout that they may have."""
    holders = [name for name in wanted if any(_holds(node, name) for node in nodes)]
    written = [key for node in nodes for name in holders for key in _keys(node, name)]
    keys = in_order([*written, *also, *(_biases_with_gradients(nodes) if written else [])])
    names = in_order(name for name in wanted if name not in holders)
    everything = keys or names
    for name in wanted:
        parts = next((found for node in nodes if (found := _unpacked(node, name))), [])
        if parts:
            sizes = BY_DEPTH[min(max(depth(parts), 1), 3)]
            for layout in layouts(parts):
                yield Source(_in_a_list(parts, layout, name), (sizes,))
            return
    if len(holders) == 1 and not keys and _takes_sizes(nodes):
        yield Source(lambda _, sizes: {holders[0]: np.ones(_unrolled(sizes))}, (BY_DEPTH[1],))
        return
    if not everything and holders:
        everything = ["W1", "b1", "W2", "b2", "W3", "b3"]
    if not everything:
        return
    sizes = BY_DEPTH[min(max(depth(everything), 1), 3)]
    for layout in layouts(everything):
        yield Source(_laid_out(everything, layout, holders), (sizes,))


def _biases_with_gradients(nodes: list[ast.FunctionDef]) -> Iterator[str]:
    """Yield the biases that a dictionary gets gradients of (``grads['db' + str(l)]``), forgotten forward or not."""
    for node in nodes:
        written = (one for one in ast.walk(node) if isinstance(one, ast.Subscript) and isinstance(one.ctx, ast.Store))
        for name in sorted({one.value.id for one in written if isinstance(one.value, ast.Name)}):
            found = [key[1:] for key in _keys(node, name) if key.startswith("d")]
            yield from (key for key in found if is_parameter(key) and is_bias(key))


def _in_a_list(names: list[str], layout: Layout, holder: str) -> Callable[[dict[str, Any], Sizes], dict[str, Any]]:
    return lambda _, sizes: {holder: [made(names, layout, sizes)[name] for name in names]}


def _takes_sizes(nodes: list[ast.FunctionDef]) -> bool:
    roles = {role(argument.arg) for node in nodes for argument in node.args.args}
    return {"D", "H", "C"} <= roles


def _unrolled(sizes: Sizes) -> int:
    """Return how many numbers the weights of a network have, biases among them, in one vector."""
    H = sizes.hidden[0]
    return H * (sizes.D + 1) + sizes.C * (H + 1)


def _laid_out(
    names: list[str], layout: Layout, holders: list[str]
) -> Callable[[dict[str, Any], Sizes], dict[str, Any]]:
    def make(_: dict[str, Any], sizes: Sizes) -> dict[str, Any]:
        arrays: dict[str, Any] = made(names, layout, sizes)
        return dict.fromkeys([*holders, "parameters"], arrays) if holders else arrays

    return make


def _holds(node: ast.FunctionDef, name: str) -> bool:
    """Whether an argument is a dictionary: it is indexed by text."""
    return role(name) == "parameters" and (bool(list(_keys(node, name))) or not is_parameter(name))


def _keys(node: ast.FunctionDef, name: str) -> Iterator[str]:
    """Yield the keys of a dictionary that stand in a function, and those that it puts together (``"W" + str(l)``)."""
    constant: list[str] = []
    begins: list[str] = []
    for inner in ast.walk(node):
        if isinstance(inner, ast.Subscript) and isinstance(inner.value, ast.Name) and inner.value.id == name:
            key = _constant(inner.slice)
            if key is not None:
                constant += [key] if isinstance(key, str) else []
            else:
                begins += [start for start in [_beginning(inner.slice)] if start]
    yield from constant
    numbers = dict.fromkeys(match[0] for key in constant if (match := re.search(r"\d+$", key)))
    for number in numbers or ("1", "2", "3"):
        yield from (start + number for start in dict.fromkeys(begins))


def _constant(key: ast.expr) -> object:
    """Return what a key is, also if it is put together of constants (``"W" + "1"``), or None."""
    if isinstance(key, ast.BinOp) and isinstance(key.op, ast.Add):
        left, right = _constant(key.left), _constant(key.right)
        return left + right if isinstance(left, str) and isinstance(right, str) else None
    return key.value if isinstance(key, ast.Constant) else None


def _beginning(key: ast.expr) -> str:
    """Return the text with which a key begins that is put together."""
    first: ast.expr = key
    while isinstance(first, ast.BinOp):
        first = first.left
    if isinstance(first, ast.JoinedStr) and first.values:
        first = first.values[0]
    text = first.value if isinstance(first, ast.Constant) else ""
    return text.partition("%")[0].partition("{")[0] if isinstance(text, str) else ""


def _unpacked(node: ast.FunctionDef, name: str) -> list[str]:
    """Return the names into which a function takes a list of parameters apart."""
    for inner in ast.walk(node):
        if isinstance(inner, ast.Assign) and isinstance(inner.value, ast.Name) and inner.value.id == name:
            target = inner.targets[0]
            if isinstance(target, ast.Tuple | ast.List):
                return [part.id for part in target.elts if isinstance(part, ast.Name)]
    return []
