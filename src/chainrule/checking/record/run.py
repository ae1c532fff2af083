"""Run a program under the recorder."""

from __future__ import annotations

import ast
import builtins
import sys
import warnings
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np

from chainrule.checking.reading.limits import TookTooLong, time_limit
from chainrule.checking.reading.program import Program, open_program
from chainrule.checking.reading.seeding import seed_everything
from chainrule.checking.reading.standins.anything import ANYTHING
from chainrule.checking.reading.standins.imports import OLD_BUILTINS, Importer
from chainrule.checking.reading.standins.numpy_names import numpy_of_all_ages
from chainrule.checking.record.recorder import Recorder, StopRecording
from chainrule.checking.record.rewrite import RECORDER, Rewriter
from chainrule.checking.record.tape import Tape

CALL_LINES = 1_000_000
"""Lines of calls that were made for a program are counted from here."""


@dataclass(frozen=True)
class Limits:
    """When a recording ends in any case."""

    seconds: float = 2.5
    events: int = 40_000
    first_question: int = 400


@dataclass
class Run:
    """A run of a program: what it did, and the program as it is afterwards."""

    tape: Tape
    recorder: Recorder
    namespace: dict[str, Any]
    importer: Importer
    began: int = 0
    """The events before the calls that were made for it."""
    skipped: list[tuple[int, str]] = field(default_factory=list)
    """Line and error of statements outside of functions that failed."""


def record(
    program: Program,
    *,
    calls: str = "",
    given: Mapping[str, Any] | None = None,
    enough: Callable[[Tape], bool] = lambda tape: False,
    limits: Limits | None = None,
    watched: Collection[int] = (),
    watching: Callable[[int, int], bool] | None = None,
) -> Run:
    """Run a program, and write down what it does.

    Parameters
    ----------
    program : Program
    calls : str
        Statements to run after it, which see its names and ``given``.
    given : mapping
        Further names for ``calls``.
    enough : callable
        Told the tape now and then; the run ends when it is satisfied.
    watched : collection of int
        Statements whose variables are to be kept, where ``watching(statement, events before)`` says so.
    """
    limits = limits or Limits()
    recorder = Recorder(enough, limits.seconds, limits.events, limits.first_question)
    recorder.watching = watching
    importer = _importer(program)
    namespace = _namespace(program, importer, recorder)
    rewriter = Rewriter(watched)
    tape = recorder.tape
    tape.sites, tape.statements = rewriter.sites, rewriter.statements
    run = Run(tape, recorder, namespace, importer)
    tree = rewriter.rewritten(ast.parse(program.text))
    more = ast.parse(calls) if calls else ast.Module([], [])
    ast.increment_lineno(more, CALL_LINES)
    more = rewriter.rewritten(more)
    depth = sys.getrecursionlimit()
    sys.setrecursionlimit(max(depth, 5000))
    try:
        with warnings.catch_warnings(), np.errstate(all="ignore"):
            warnings.simplefilter("ignore")
            seed_everything()
            _run(run, tree, str(program.path), limits)
            if calls and not tape.cut_short:
                run.began = len(tape.events)
                namespace.update(given or {})
                _run(run, more, str(program.path), limits)
    finally:
        sys.setrecursionlimit(depth)
    return run


def _run(run: Run, tree: ast.Module, filename: str, limits: Limits) -> None:
    """Run statement after statement; one that fails is skipped."""
    for statement in tree.body:
        try:
            code = compile(ast.Module([statement], []), filename, "exec")
            with time_limit(limits.seconds + 0.5):
                exec(code, run.namespace)  # that is what a check of a program is
        except StopRecording:
            return
        except TookTooLong:
            run.tape.cut_short = "it takes long"
            return
        except SystemExit:
            return
        except BaseException as error:
            if isinstance(error, KeyboardInterrupt):
                raise
            line = _line_of(error, filename)
            run.skipped.append((line, f"{type(error).__name__}: {error}"))
            if not run.tape.error:
                run.tape.error, run.tape.error_line = f"{type(error).__name__}: {error}", line


def _line_of(error: BaseException, filename: str) -> int:
    line, trace = 0, error.__traceback__
    while trace is not None:
        if trace.tb_frame.f_code.co_filename == filename:
            line = trace.tb_lineno
        trace = trace.tb_next
    return line


def _importer(program: Program) -> Importer:
    def load(path: Path) -> ModuleType:
        module = ModuleType(path.stem)
        module.__file__ = str(path)
        other = open_program(path)
        vars(module)["__builtins__"] = {**vars(builtins), **OLD_BUILTINS, "__import__": importer}
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            exec(compile(other.tree, str(path), "exec"), vars(module))
        return module

    importer = Importer(program.path.resolve().parent, numpy_of_all_ages(), load)
    return importer


def _namespace(program: Program, importer: Importer, recorder: Recorder) -> dict[str, Any]:
    def silent(*_: Any, **__: Any) -> None:
        """Print nothing."""

    silent.__name__ = "print"
    names = {**vars(builtins), **OLD_BUILTINS, "__import__": importer, RECORDER: recorder}
    names.update(print=silent, get_ipython=ANYTHING, display=silent, open=importer.open)
    if program.python2:
        names.update({name: _list_of(getattr(builtins, name)) for name in ("range", "map", "filter", "zip")})
    return {"__builtins__": names, "__name__": "__main__", "__file__": str(program.path), "__doc__": None}


def _list_of(iterate: Any) -> Any:
    return lambda *args: list(iterate(*args))
