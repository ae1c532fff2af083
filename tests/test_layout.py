"""The folders follow the way of the data, and imports run one way along it."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

import chainrule

SOURCE = Path(chainrule.__file__).parent
GROUND = ("version", "errors", "files", "randomness", "tensor_file")  # what every room may stand on
WAY = ("data", "network", "training", "report")
SIDE_ROOMS = (  # they use the way and are never used by it
    "runs",
    "engine",
    "two_layer",
    "checking",
    "tuning",
    "export",
    "estimator",
    "sklearn",
    "display",
    "saved_run",
    "cli",
    "__main__",
)


def walk(node: ast.AST) -> Iterator[ast.AST]:
    """Yield a node and all below it but how a thing shows itself in a notebook: Jupyter asks the thing for it."""
    yield node
    for child in ast.iter_child_nodes(node):
        if not (isinstance(child, ast.FunctionDef) and child.name == "_repr_html_"):
            yield from walk(child)


def imports_of(path: Path) -> set[str]:
    """Return the rooms of chainrule that a file imports from, wherever in the file it does."""
    modules = []
    for node in walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom) and node.module and node.level == 0:
            modules += [f"{node.module}.{alias.name}" for alias in node.names]
        elif isinstance(node, ast.Import):
            modules += [alias.name for alias in node.names]
    return {module.split(".")[1] for module in modules if module.startswith("chainrule.")}


def allowed(room: str) -> set[str]:
    """Return the rooms that a room may import from."""
    if room in GROUND:
        return set(GROUND)
    if room in WAY:
        return {*GROUND, *WAY[: WAY.index(room) + 1]}
    return {*GROUND, *WAY, *SIDE_ROOMS}


FILES = sorted(
    path.relative_to(SOURCE) for path in SOURCE.rglob("*.py") if path.name != "__init__.py" or path.parent != SOURCE
)


@pytest.mark.parametrize("path", FILES, ids=str)
def test_imports_run_one_way(path: Path) -> None:
    room = path.parts[0].removesuffix(".py")
    assert room in {*GROUND, *WAY, *SIDE_ROOMS}, "a new room: say where on the way it stands"
    assert imports_of(SOURCE / path) <= allowed(room)


@pytest.mark.parametrize("path", FILES, ids=str)
def test_what_shows_in_a_notebook_comes_from_one_room(path: Path) -> None:
    for node in ast.walk(ast.parse((SOURCE / path).read_text(encoding="utf-8"))):
        if isinstance(node, ast.FunctionDef) and node.name == "_repr_html_":
            modules = [inner.module for inner in ast.walk(node) if isinstance(inner, ast.ImportFrom)]
            assert all(str(module).startswith("chainrule.display.") for module in modules)


def test_a_wrong_import_is_seen(tmp_path: Path) -> None:
    wrong = tmp_path / "wrong.py"
    wrong.write_text("def f():\n    from chainrule.cli import main\n")
    assert not imports_of(wrong) <= allowed("network")


def test_every_public_name_is_there_and_documented() -> None:
    for name in chainrule.__all__:
        thing = getattr(chainrule, name)
        assert isinstance(thing, str) or thing.__doc__, name
    with pytest.raises(AttributeError, match="has no attribute 'Tensor'"):
        chainrule.Tensor  # noqa: B018
