"""What PyTorch makes of raw rows, loaded by the lines beside the numbers, is what chainrule makes of them."""

from __future__ import annotations

import importlib.util
import re
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest
from safetensors.numpy import load_file

from chainrule.export.files import Format, export
from chainrule.export.torch_file import loading_lines
from chainrule.network.model import Model

from .conftest import Case, raw_rows


def imported(path: Path) -> ModuleType:
    spec = importlib.util.spec_from_file_location(path.stem, path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def exported(model: Model, tmp_path: Path) -> Path:
    source = tmp_path / "model.safetensors"
    numbers, lines = export(model, source, Format.TORCH)
    assert (numbers, lines) == (tmp_path / "model_torch.safetensors", tmp_path / "model_torch.py")
    return lines


def test_the_same_probabilities(model: Model, case: Case, exported: Path) -> None:
    torch = pytest.importorskip("torch")
    network, classes = imported(exported).load()
    X = raw_rows(case.image_shape, 20)
    made = re.search(r"``network\(X\)(.*?)``", exported.read_text(encoding="utf-8"))  # as the lines themselves say
    assert made is not None
    with torch.no_grad():
        outputs = eval(f"network(X){made.group(1)}", {"network": network, "X": torch.from_numpy(X)}).numpy()
    np.testing.assert_allclose(outputs, model.predict_proba(X.reshape(20, -1)), rtol=0, atol=1e-5)
    assert outputs.dtype == np.dtype(case.dtype)
    assert classes == model.classes
    assert not network.training


def test_the_numbers_are_those_of_the_model(model: Model, exported: Path) -> None:
    tensors = load_file(exported.with_suffix(".safetensors"))
    np.testing.assert_array_equal(tensors["layers.0.weight"], model.parameters["W1"].T)
    np.testing.assert_array_equal(tensors["layers.0.bias"], model.parameters["b1"])
    last = 2 * model.parameters.architecture.depth - 2
    assert tensors[f"layers.{last}.weight"].shape[0] == len(model.classes)
    assert (
        not set(tensors)
        - {"shift", "factor", "projection"}
        - {f"layers.{layer}.{name}" for layer in range(0, last + 1, 2) for name in ("weight", "bias")}
    )


def test_the_lines_are_python_and_name_what_they_take(model: Model, case: Case) -> None:
    lines = loading_lines(model)
    compile(lines, "model_torch.py", "exec")
    assert f"CLASSES = {model.classes!r}" in lines
    assert ("FEATURES" in lines) == (case.image_shape is None)
    assert ("uint8 images of shape (N, 4, 3, 3)" in lines) == (case.image_shape is not None)
