"""Run a program under the recorder."""

from __future__ import annotations

import ast
import builtins
import sys
import warnings
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np

from chainrule.checking.calls.call import Call
from chainrule.checking.reading.limits import TookTooLong, time_limit
from chainrule.checking.reading.program import Program, open_program
from chainrule.checking.reading.seeding import seed_everything
from chainrule.checking.reading.standins.anything import ANYTHING
from chainrule.checking.reading.standins.imports import OLD_BUILTINS, Importer
from chainrule.checking.reading.standins.numpy_names import numpy_of_all_ages
from chainrule.checking.record.recorder import Recorder, StopRecording
from chainrule.checking.record.rewrite import RECORDER, Rewriter
from chainrule.checking.record.tape import Ref, Tape

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
    rewriter: Rewriter
    filename: str
    limits: Limits
    skipped: list[tuple[int, str]] = field(default_factory=list)
    """Line and error of statements outside of functions that failed."""


def record(
    program: Program,
    *,
    enough: Callable[[Tape], bool] = lambda tape: False,
    limits: Limits | None = None,
    watched: Collection[int] = (),
    watching: Callable[[int, int], bool] | None = None,
) -> Run:
    """Run a program, and write down what it does.

    Parameters
    ----------
    program : Program
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
    run = Run(tape, recorder, namespace, importer, rewriter, str(program.path), limits)
    tree = rewriter.rewritten(ast.parse(program.text))
    with _at_ease():
        seed_everything()
        _run(run, tree, run.filename, limits)
    return run


def call(run: Run, made: Call, limits: Limits | None = None) -> Called:
    """Run a call that was made for a program, on the tape of its run.

    Raises
    ------
    CallFailed
        If it does not run to its end, or a value that it names is not there.
    """
    limits = limits or Limits()
    recorder, tape, namespace = run.recorder, run.tape, run.namespace
    recorder.go_on(limits.seconds, limits.events)
    namespace.update(made.given)
    with _at_ease():
        seed_everything()
        _statements(run, made.setup, limits)
        inputs = {name: _value(run, text) for name, text in made.inputs.items()}
        places = {name: recorder.ref(value) for name, value in inputs.items()}
        start = len(tape.events)
        _statements(run, made.text, limits)
        end = len(tape.events)
        loss = recorder.used(_value(run, made.loss)) if made.loss else None
        outputs = [(recorder.used(_value(run, out)), _value(run, handed)) for out, handed in made.outputs]
        claims: dict[str, list[Ref]] = {}
        for name, texts in made.claims.items():
            for text in texts:
                try:
                    ref = recorder.used(_value(run, text))
                except CallFailed:
                    continue
                if ref is not None:
                    claims.setdefault(name, []).append(ref)
    if (loss is None and not outputs and not made.supposed) or any(ref is None for ref in places.values()):
        raise CallFailed(f"{made.name} gives no number where its loss or outputs were expected")
    kept = {name: ref for name, ref in places.items() if ref is not None}
    shown = [(ref, np.array(handed, float)) for ref, handed in outputs if ref is not None]
    return Called(made, start, end, kept, claims, loss, shown)


class CallFailed(Exception):
    """A call that was made for a program stopped; the message says with what."""

    def __init__(self, message: str, line: int = 0) -> None:
        super().__init__(message)
        self.line = line


@dataclass(frozen=True)
class Called:
    """Where a call is on the tape."""

    made: Call
    start: int
    end: int
    inputs: dict[str, Ref]
    claims: dict[str, list[Ref]]
    loss: Ref | None
    outputs: list[tuple[Ref, Any]]


def _statements(run: Run, text: str, limits: Limits) -> None:
    if not text:
        return
    tree = ast.parse(text)
    ast.increment_lineno(tree, CALL_LINES)
    tree = run.rewriter.rewritten(tree)
    try:
        with time_limit(limits.seconds + 0.5):
            exec(compile(tree, "<call>", "exec"), run.namespace)
    except (StopRecording, TookTooLong):
        raise CallFailed("it takes long") from None
    except SystemExit:
        raise CallFailed("it ends the program") from None
    except Exception as error:
        raise CallFailed(f"{type(error).__name__}: {error}", _line_of(error, run.filename)) from None


def _value(run: Run, text: str) -> Any:
    try:
        return eval(text, run.namespace)
    except Exception as error:
        raise CallFailed(f"{text}: {type(error).__name__}: {error}") from None


@contextmanager
def _at_ease() -> Iterator[None]:
    """Let a program recurse deeply, and warn of nothing."""
    depth = sys.getrecursionlimit()
    sys.setrecursionlimit(max(depth, 5000))
    try:
        with warnings.catch_warnings(), np.errstate(all="ignore"):
            warnings.simplefilter("ignore")
            yield
    finally:
        sys.setrecursionlimit(depth)


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
