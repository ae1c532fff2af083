"""Text in the place of a file that a program reads and that is not there."""

from __future__ import annotations

import builtins
import io
from pathlib import PurePath
from typing import Any

TEXT = "the quick brown fox jumps over the lazy dog\nwhile a student writes the chain rule once more\n" * 3


class Opener:
    """``open`` as a program calls it: a text that is to be read and is not there is a short one."""

    def __init__(self) -> None:
        self.absent: list[str] = []
        """Names of the files that were stood in for."""

    def __call__(self, file: Any, mode: str = "r", *args: Any, **kwargs: Any) -> Any:
        """Open a file; see ``builtins.open``."""
        try:
            return builtins.open(file, mode, *args, **kwargs)  # noqa: PTH123  # as the program calls it
        except FileNotFoundError:
            if "b" in mode or set(mode) & set("wax+"):
                raise
            self.absent.append(PurePath(file).name)
            return io.StringIO(TEXT)
