"""Where calls are tried, without a recorder: the program's functions as they stand, in a copy of its names."""

from __future__ import annotations

import ast
import contextlib
import io
import re
import time
import warnings
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from chainrule.checking.calls.routine import outside
from chainrule.checking.reading.limits import TookTooLong, time_limit
from chainrule.checking.reading.program import Program
from chainrule.checking.reading.seeding import seed_everything
from chainrule.checking.record.run import Run
from chainrule.checking.record.structures import Structures


class Failed(Exception):
    """A try that stopped: with what, in which line of the program, and the variables there."""

    def __init__(self, error: BaseException, line: int = 0, variables: Mapping[str, Any] | None = None) -> None:
        super().__init__(f"{type(error).__name__}: {error}")
        self.error = error
        self.line = line
        self.variables = dict(variables or {})


@dataclass
class Bench:
    """A program, ready to be called."""

    namespace: dict[str, Any]
    filename: str
    tries: int = 0
    seconds: float = 0.6

    def start(self) -> Trial:
        """Return names to try something in."""
        self.tries += 1
        seed_everything()
        for name in [name for name in self.namespace if re.match(r"_[a-z]\d*(_|$)", name)]:
            del self.namespace[name]
        return Trial(self.namespace, self)


@dataclass
class Trial:
    """One try: statements are run one group after the other, in the names of the program's functions."""

    names: dict[str, Any]
    bench: Bench
    texts: list[str] = field(default_factory=list)

    def run(self, text: str) -> None:
        """Run statements."""
        self.texts.append(text)
        self._guarded(lambda: exec(compile(text, "<call>", "exec"), self.names))

    def value(self, text: str) -> Any:
        """Return the value of an expression."""
        return self._guarded(lambda: eval(text, self.names))

    def _guarded(self, action: Any) -> Any:
        quiet = contextlib.redirect_stdout(io.StringIO())
        try:
            with time_limit(self.bench.seconds), warnings.catch_warnings(), np.errstate(all="ignore"), quiet:
                warnings.simplefilter("ignore")
                return action()
        except (TookTooLong, SystemExit) as error:
            raise Failed(
                RuntimeError("it takes long" if isinstance(error, TookTooLong) else "it ends the program")
            ) from None
        except KeyboardInterrupt:
            raise
        except BaseException as error:
            line, variables = 0, {}
            trace = error.__traceback__
            while trace is not None:
                if trace.tb_frame.f_code.co_filename == self.bench.filename:
                    line, variables = trace.tb_lineno, trace.tb_frame.f_locals
                trace = trace.tb_next
            raise Failed(error, line, variables) from None


def bench(program: Program, run: Run) -> Bench:
    """Return a program's names after its run, with its functions as they were before they were rewritten for it."""
    run.recorder.go_on(5.0, 50_000)
    names = {key: value for key, value in run.namespace.items() if key.startswith("__")}
    kept = Structures.copied(run.namespace)
    made = Bench(kept | names, str(program.path))
    for one in _plain(outside(program.tree.body)):
        tree = ast.Module([one], [])
        with contextlib.suppress(BaseException), time_limit(0.5), warnings.catch_warnings():
            warnings.simplefilter("ignore")
            exec(compile(tree, made.filename, "exec"), made.namespace)
    return made


def _plain(statements: Iterable[ast.stmt]) -> Iterable[ast.stmt]:
    """Yield definitions, and assignments that call nothing (tables of functions, lambdas)."""
    for one in statements:
        if isinstance(one, (ast.FunctionDef, ast.ClassDef)):
            yield one
        elif isinstance(one, ast.Assign) and isinstance(one.value, (ast.Lambda, ast.Dict, ast.Tuple, ast.List)):
            named = any(isinstance(inner, (ast.Lambda, ast.Name)) for inner in ast.walk(one.value))
            yield from [one] if named and not _calls(one.value) else []


def _calls(node: ast.AST) -> bool:
    if isinstance(node, ast.Lambda):
        return False
    return isinstance(node, ast.Call) or any(_calls(child) for child in ast.iter_child_nodes(node))


class Clock:
    """How much of the time and of the tries for one thing is left."""

    def __init__(self, seconds: float, tries: int) -> None:
        self._until = time.monotonic() + seconds
        self._tries = tries

    def tick(self) -> bool:
        """Count one try; return whether it may be made."""
        self._tries -= 1
        return self._tries >= 0 and time.monotonic() < self._until
