"""What a program may read of the folder in which it stands."""

from __future__ import annotations

from pathlib import Path

import pytest

from chainrule.checking.beside import visible_to


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name in ("alice.py", "bob.py", "carol.ipynb", "layers.py", "tools.py", "data.npy"):
        (tmp_path / name).write_text("")
    (tmp_path / "common").mkdir()
    return tmp_path


@pytest.mark.parametrize(
    ("text", "modules"),
    [
        ("x = 1", set()),
        ("import layers", {"layers.py"}),
        ("import numpy as np, layers", {"layers.py"}),
        ("from layers import *", {"layers.py"}),
        ("from .layers import affine", {"layers.py"}),
        ("from . import layers, tools", {"layers.py", "tools.py"}),
        ("try:\n    import layers\nexcept ImportError:\n    pass", {"layers.py"}),
    ],
)
def test_only_modules_that_it_imports(folder: Path, text: str, modules: set[str]) -> None:
    (folder / "alice.py").write_text(text)

    seen = {path.name for path in visible_to(folder / "alice.py")}

    assert seen == {"alice.py", "data.npy", "common", *modules}


def test_modules_of_modules(folder: Path) -> None:
    (folder / "alice.py").write_text("import layers")
    (folder / "layers.py").write_text("import tools, layers")

    assert {path.name for path in visible_to(folder / "alice.py")} >= {"layers.py", "tools.py"}


def test_imports_of_a_notebook(folder: Path) -> None:
    (folder / "carol.ipynb").write_text('{"cells": [{"cell_type": "code", "source": [\n   "import layers\\n",\n]}]}')

    assert folder / "layers.py" in visible_to(folder / "carol.ipynb")


def test_a_folder_that_is_not_there(tmp_path: Path) -> None:
    assert visible_to(tmp_path / "none" / "a.py") == [tmp_path / "none" / "a.py"]
