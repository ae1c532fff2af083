"""docs/export.md: its commands and code run, one after the other, in one folder."""

from __future__ import annotations

import re
import shlex
import sys
from pathlib import Path

import pytest

from ..conftest import Run

PAGE = Path(__file__).parents[2] / "docs" / "export.md"


def test_the_page(chainrule: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("torch")
    monkeypatch.syspath_prepend(tmp_path)
    assert chainrule("train", "--epochs", 2, "-q").code == 0
    for language, block in re.findall(r"```(sh|python)\n(.*?)```", PAGE.read_text(), re.DOTALL):
        if language == "python":
            exec(compile(block, str(PAGE), "exec"), {})
            continue
        for command in block.strip().splitlines():
            if command.startswith("chainrule "):
                assert chainrule(*shlex.split(command)[1:]).code == 0
    sys.modules.pop("digits", None)
