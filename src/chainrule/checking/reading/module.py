"""The program, run once: its functions and classes alive, and what failed on the way noted."""

from __future__ import annotations

import ast
import builtins
import time
import types
import warnings
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from chainrule.checking.answer import Note
from chainrule.checking.reading.limits import TookTooLong, time_limit
from chainrule.checking.reading.program import Program, open_program
from chainrule.checking.reading.recognise.training_loops import is_training
from chainrule.checking.reading.seeding import seed_everything
from chainrule.checking.reading.standins.anything import ANYTHING
from chainrule.checking.reading.standins.imports import OLD_BUILTINS, Importer
from chainrule.checking.reading.standins.numpy_names import numpy_of_all_ages
from chainrule.checking.units import ANNOUNCE, Units

STATEMENT_SECONDS, LOOP_SECONDS, ALL_SECONDS = 0.2, 0.1, 1.0
"""How long one statement, one that is a loop, and all of them may take: no training at import."""

TOO_LONG = ("it takes long", "the file takes long")

Functions = dict[str, ast.FunctionDef]


@dataclass
class Module:
    """A program in memory."""

    program: Program
    units: Units
    namespace: dict[str, Any]
    notes: list[Note] = field(default_factory=list)
    skipped: list[ast.stmt] = field(default_factory=list)
    """Statements that failed; not those that took too long."""

    def functions(self) -> Functions:
        """Return the functions of the file that are alive, in the order of the file; the last of a name counts."""
        return {
            node.name: node
            for node in definitions(self.program.tree.body)
            if isinstance(node, ast.FunctionDef) and callable(self.namespace.get(node.name))
        }

    def classes(self) -> dict[str, ast.ClassDef]:
        """Return the classes of the file that are alive."""
        return {
            node.name: node
            for node in definitions(self.program.tree.body)
            if isinstance(node, ast.ClassDef) and isinstance(self.namespace.get(node.name), type)
        }


def definitions(body: list[ast.stmt]) -> Iterator[ast.FunctionDef | ast.ClassDef]:
    """Yield functions and classes of a block, also inside of ``if``, ``try`` and ``with``."""
    for statement in body:
        if isinstance(statement, ast.FunctionDef | ast.ClassDef):
            yield statement
        elif isinstance(statement, ast.If | ast.Try | ast.With):
            for part in ("body", "orelse", "finalbody"):
                yield from definitions(getattr(statement, part, []))


def run_once(program: Program) -> Module:
    """Run a program; what fails in it is skipped and noted."""
    units = Units(str(program.path))
    importer = Importer(program.path.resolve().parent, numpy_of_all_ages(), lambda path: _sibling(path, importer))
    namespace = _namespace(program, importer)
    namespace[ANNOUNCE] = units.announce
    importer.wanted = tuple(_unbound(program.tree))
    module = Module(program, units, namespace)
    module.notes += [Note(f"{program.place(line)} {why}", program.file_line(line)) for line, why in program.unread]
    skipped = _run(program, units.prepared(program.tree), namespace, importer)
    originals = {statement.lineno: statement for statement in program.tree.body}
    module.skipped = [originals[one.lineno] for one, why in skipped if one.lineno in originals and why not in TOO_LONG]
    if absent := [*importer.absent, *importer.open.absent]:
        module.notes.append(Note(f"not there, and stood in for: {', '.join(absent)}"))
    if importer.beside:
        names = ", ".join(path.name for path in importer.beside)
        module.notes.append(Note(f"run, and not looked into: {names} (chainrule check {importer.beside[0].name} does)"))
    for statement, why in skipped[:3]:
        message = f"{program.place(statement.lineno)} was skipped when the file was run ({why})"
        module.notes.append(Note(message, program.file_line(statement.lineno)))
    if len(skipped) > 3:
        module.notes.append(Note(f"{len(skipped) - 3} more statements outside of functions were skipped"))
    return module


def _namespace(program: Program, importer: Importer) -> dict[str, Any]:
    """Return a fresh namespace whose built-in names are those of the program's own time, and which prints nothing."""
    names = {**vars(builtins), **OLD_BUILTINS, "__import__": importer}
    names.update(print=lambda *_, **__: ANYTHING, get_ipython=ANYTHING, display=ANYTHING, open=importer.open)
    if program.python2:
        names.update({name: _list_of(getattr(builtins, name)) for name in ("range", "map", "filter", "zip")})
    return {"__builtins__": names, "__name__": program.path.stem, "__file__": str(program.path), "__doc__": None}


def _list_of(iterate: Any) -> Any:
    return lambda *args: list(iterate(*args))


def _run(
    program: Program, tree: ast.Module, namespace: dict[str, Any], importer: Importer
) -> list[tuple[ast.stmt, str]]:
    """Run statement after statement and return those that failed."""
    importer.guarded[str(program.path)] = set(_guarded_imports(tree))
    skipped: list[tuple[ast.stmt, str]] = []
    until = time.monotonic() + ALL_SECONDS
    seed_everything()
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore")
        for statement in tree.body:
            left = min(STATEMENT_SECONDS, until - time.monotonic())
            if isinstance(statement, ast.FunctionDef | ast.ClassDef | ast.Import | ast.ImportFrom):
                left = 5.0
            elif isinstance(statement, ast.For | ast.While):
                if is_training(statement):
                    continue  # its turns are made one at a time, when it is checked
                left = min(left, LOOP_SECONDS)
            if left <= 0:
                skipped.append((statement, TOO_LONG[1]))
            elif why := _run_statement(statement, str(program.path), namespace, left):
                skipped.append((statement, why))
    return skipped


def _run_statement(statement: ast.stmt, filename: str, namespace: dict[str, Any], seconds: float) -> str:
    """Run one statement and return why it failed, or nothing."""
    if isinstance(statement, ast.ImportFrom) and statement.module == "__future__":
        return ""
    try:
        code = compile(ast.Module([statement], []), filename, "exec", dont_inherit=True)
        with time_limit(seconds):
            exec(code, namespace)
    except TookTooLong:
        return TOO_LONG[0]
    except (Exception, SystemExit) as error:  # whatever a stranger's program may raise
        return f"{type(error).__name__}: {error}".partition("\n")[0]
    return ""


def _sibling(path: Path, importer: Importer) -> types.ModuleType:
    """Run a file beside the program; its functions are called, not looked into."""
    program = open_program(path)
    module = types.ModuleType(path.stem)
    vars(module).update(_namespace(program, importer))
    _run(program, program.tree, vars(module), importer)
    return module


def _guarded_imports(tree: ast.Module) -> Iterator[int]:
    """Yield the lines of imports in a ``try`` that does something about their failure."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Try) and node.handlers:
            for statement in node.body:
                for inner in ast.walk(statement):
                    if isinstance(inner, ast.Import | ast.ImportFrom):
                        yield inner.lineno


def _unbound(tree: ast.Module) -> Iterator[str]:
    """Yield names that are read somewhere and bound nowhere in the file."""
    bound = {*vars(builtins), *OLD_BUILTINS}
    read: dict[str, None] = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.Name):
            if isinstance(node.ctx, ast.Load):
                read[node.id] = None
            else:
                bound.add(node.id)
        elif isinstance(node, ast.FunctionDef | ast.ClassDef):
            bound.add(node.name)
        elif isinstance(node, ast.arg):
            bound.add(node.arg)
        elif isinstance(node, ast.alias):
            bound.add((node.asname or node.name).partition(".")[0])
        elif isinstance(node, ast.ExceptHandler) and node.name:
            bound.add(node.name)
    yield from (name for name in read if name not in bound)
