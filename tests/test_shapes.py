"""Arrays that are taken or returned have their shapes in the annotations, and the annotations are checked."""

from __future__ import annotations

import ast
from pathlib import Path

import numpy as np
import pytest
from jaxtyping import TypeCheckError

import chainrule
from chainrule.checking.numerical import relative_error
from chainrule.data.features import Features
from chainrule.data.preprocess import fit
from chainrule.estimator.base import BaseMLP
from chainrule.estimator.labels import Labels
from chainrule.network.model import Model
from chainrule.network.parameters import Architecture, Parameters
from chainrule.sklearn import MLPClassifier, MLPRegressor
from chainrule.tuning.ensemble import Ensemble
from chainrule.tuning.population.member import Member
from chainrule.tuning.population.scores import Scores

from .shapes import CHECKED, any_shape

PACKAGE = Path(chainrule.__file__).parent


def modules() -> list[Path]:
    """Return the files in which shapes are checked."""
    places = [PACKAGE.joinpath(*name.split(".")[1:]) for name in CHECKED]
    return [
        file for place in places for file in ([place.with_suffix(".py")], sorted(place.rglob("*.py")))[place.is_dir()]
    ]


def annotated(node: ast.AST, owner: str = "") -> list[tuple[str, ast.expr]]:
    """Return every annotation of a public name, with the name it belongs to."""
    found: list[tuple[str, ast.expr]] = []
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.ClassDef) and not child.name.startswith("_"):
            found += annotated(child, f"{child.name}.")
        elif isinstance(child, ast.FunctionDef) and (not child.name.startswith("_") or child.name == "__init__"):
            arguments = [*child.args.posonlyargs, *child.args.args, *child.args.kwonlyargs]
            found += [(f"{owner}{child.name}({a.arg})", a.annotation) for a in arguments if a.annotation]
            found += [(f"{owner}{child.name}() ->", child.returns)] if child.returns else []
        elif isinstance(child, ast.AnnAssign) and owner:
            found.append((owner + ast.unparse(child.target), child.annotation))
    return found


def bare_arrays(annotation: ast.expr) -> int:
    """Count the arrays of an annotation that stand there without a shape."""
    shaped = [
        node for node in ast.walk(annotation) if isinstance(node, ast.Subscript) and isinstance(node.slice, ast.Tuple)
    ]
    inside = {id(node.slice.elts[0]) for node in shaped if isinstance(node.slice, ast.Tuple)}
    names = [node for node in ast.walk(annotation) if isinstance(node, ast.Name) and node.id == "ndarray"]
    return sum(id(name) not in inside for name in names)


@pytest.mark.parametrize("file", modules(), ids=lambda file: file.relative_to(PACKAGE).as_posix())
def test_every_public_array_has_a_shape(file: Path) -> None:
    tree = ast.parse(file.read_text(encoding="utf-8"))
    assert [name for name, annotation in annotated(tree) if bare_arrays(annotation)] == []


def test_a_bare_array_is_seen() -> None:
    tree = ast.parse('def f(x: ndarray, y: Float[ndarray, "N D"]) -> list[ndarray]: ...')
    assert [name for name, annotation in annotated(tree) if bare_arrays(annotation)] == ["f(x)", "f() ->"]


def test_a_wrong_shape_is_seen() -> None:
    X = np.zeros((4, 3), np.float32)
    with pytest.raises(TypeCheckError, match="shift"):
        Features(X, shift=np.zeros(2, np.float32))
    with any_shape():
        Features(X, shift=np.zeros(2, np.float32))
    with pytest.raises(TypeCheckError, match="index"):
        Features(X).gather(np.zeros((1, 1), np.int64), np.float32)


def test_a_wrong_shape_is_seen_at_every_door() -> None:
    X, y = np.zeros((6, 4), np.float32), np.arange(6) % 3
    population = chainrule.Population([Member((2,), 0.1)], input_size=4, output_size=3, batch_size=2)
    with pytest.raises(TypeCheckError, match="parameter 'folds'"):
        population.evaluate(Features(X), y, folds=y[:5])
    with pytest.raises(TypeCheckError, match="parameter 'X'"):
        population.predict(X[0])
    with pytest.raises(TypeCheckError, match="accuracy"):
        Scores((0, 1), np.zeros(2), np.zeros(3))
    with pytest.raises(TypeCheckError, match="parameter 'outputs'"):
        Labels(np.arange(3), "multiclass").probabilities(np.zeros(3))
    with pytest.raises(TypeCheckError, match="parameter 'b'"):
        relative_error(np.zeros((2, 1)), np.zeros(2))
    with pytest.raises(TypeCheckError, match="parameter 'parameters'"):
        chainrule.check(lambda W: (0.0, W), [np.array(["a"])])


def test_a_wrong_result_is_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    """Those of the doors through which anything may come in: data frames, sparse matrices, lists."""
    X = np.eye(6, dtype=np.float32)
    classifier = MLPClassifier()
    classifier._labels = Labels(np.arange(3), "multiclass")
    monkeypatch.setattr(BaseMLP, "_outputs", lambda _, X: np.zeros((len(X), 2), int))
    monkeypatch.setattr(Labels, "probabilities", lambda _, outputs: outputs[0])
    with pytest.raises(TypeCheckError, match=r"return value of .*MLPClassifier.predict_proba"):
        classifier.predict_proba(X)
    with pytest.raises(TypeCheckError, match=r"return value of .*MLPRegressor.predict"):
        MLPRegressor().predict(X)
    monkeypatch.setattr(Model, "predict_proba", lambda _, X: np.zeros(len(X)))
    model = Model(Parameters.zeros(Architecture(6, (), 3), "f4"), fit((), X, np.arange(6)), ("a", "b", "c"))
    with pytest.raises(TypeCheckError, match=r"return value of .*Ensemble.predict_proba"):
        Ensemble((model,)).predict_proba(X)
