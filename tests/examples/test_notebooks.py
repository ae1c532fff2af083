"""The notebooks of examples/ run from top to bottom, show what they are about, and are stored without outputs."""

from __future__ import annotations

import re
import sys
from pathlib import Path
from typing import Any

import nbformat
import pytest
from nbclient import NotebookClient

EXAMPLES = Path(__file__).parents[2] / "examples"
NOTEBOOKS = sorted(EXAMPLES.glob("*.ipynb"))
SHOWN = {  # what a reader must have seen at the end, in outputs as text or HTML
    "from_scikit_learn": ("scikit-learn ", "W3: largest difference", "40 epochs", "StandardScaler"),
    "own_backprop": ("square missing", "✗ wrong", "mean for sum", "3 gradients pass on fresh draws"),
    "tuning": ("networks", "learning rate", "all ten together: 9", "winner"),
    "two_reports": ("mask taken from dp1", "right mask: test accuracy 9", "wrong mask: test accuracy 8", "1,797"),
}
SLOW = {
    "from_scikit_learn",
    "tuning",
    "two_reports",
}  # ten seconds and more, and a minute where the engine must be compiled


def read(path: Path) -> Any:
    return nbformat.read(path, as_version=4)  # type: ignore[no-untyped-call]


def outputs(notebook: Any) -> str:
    """Return everything that the cells printed or showed, as text."""
    shown: list[str] = []
    for cell in notebook.cells:
        for output in cell.get("outputs", []):
            shown.append(output.get("text", ""))
            shown += [text for kind, text in output.get("data", {}).items() if kind.startswith("text/")]
    return "\n".join(shown)


@pytest.mark.parametrize(
    "path",
    [pytest.param(path, marks=[pytest.mark.slow] if path.stem in SLOW else []) for path in NOTEBOOKS],
    ids=lambda path: path.stem,
)
def test_a_notebook_runs(path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("JUPYTER_DATA_DIR", str(tmp_path / "jupyter"))  # no kernel of the user's own
    monkeypatch.setenv("IPYTHONDIR", str(tmp_path / "ipython"))
    notebook = read(path)
    asked = nbformat.v4.new_code_cell("import sys; print('run by', sys.executable)")  # type: ignore[no-untyped-call]
    notebook.cells.append(asked)
    folder = tmp_path / "work"
    folder.mkdir()
    NotebookClient(
        notebook, timeout=300, kernel_name="python3", resources={"metadata": {"path": str(folder)}}
    ).execute()
    shown = outputs(notebook)
    for text in (*SHOWN[path.stem], f"run by {sys.executable}"):
        assert text in shown
    errors = [output for cell in notebook.cells for output in cell.get("outputs", []) if output.get("name") == "stderr"]
    assert errors == []


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_a_notebook_is_stored_tidily(path: Path) -> None:
    notebook = read(path)
    nbformat.validate(notebook)
    assert set(notebook.metadata) == {"kernelspec", "language_info"}
    assert notebook.metadata.kernelspec.name == "python3"
    assert notebook.metadata.language_info == {"name": "python"}
    assert notebook.cells[0].cell_type == "markdown"
    assert notebook.cells[0].source.startswith("# ")
    for number, cell in enumerate(notebook.cells, start=1):
        assert cell.id == f"cell-{number:02}"
        assert cell.metadata == {}
        if cell.cell_type == "code":
            assert (cell.outputs, cell.execution_count) == ([], None)
    assert not re.search(r"/(home|tmp|Users|work)/", path.read_text(encoding="utf-8"))


def test_every_notebook_is_looked_at() -> None:
    assert {path.stem for path in NOTEBOOKS} == set(SHOWN)
    assert set(SHOWN) >= SLOW
