"""``chainrule export`` as a user runs it, and what can be wrong with what they give it."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import numpy as np
import onnxruntime
import pytest

from chainrule.data.digits import read_digits
from chainrule.network.model import Model

from ..conftest import Run
from .conftest import Case, build


def test_a_run_of_digits_as_onnx(chainrule: Run) -> None:
    assert chainrule("train", "--out", "run", "--epochs", 2, "-q").code == 0
    outcome = chainrule("export", "run", "--to", "onnx", "--json")
    told = json.loads(outcome.out)
    assert (outcome.code, told["files"], told["input_shape"]) == (0, [str(Path("run/model.onnx"))], ["N", 8, 8, 1])
    X = read_digits().train.X
    session = onnxruntime.InferenceSession("run/model.onnx", providers=["CPUExecutionProvider"])
    (probabilities,) = session.run(["probabilities"], {"X": X.reshape(-1, 8, 8, 1)})
    expected = Model.load(Path("run/model.safetensors")).predict_proba(X)
    np.testing.assert_allclose(probabilities, expected, rtol=0, atol=1e-5)


def test_what_is_printed(chainrule: Run, saved: Path) -> None:
    outcome = chainrule("export", saved, "--to", "torch", "--out", "net.safetensors")
    assert outcome.code == 0
    assert [line.split()[0] for line in outcome.out.splitlines()] == ["net.safetensors", "net.py", "takes"]
    assert "images (N, 4, 3, 3) of uint8; gives the probabilities of 4 classes" in outcome.out
    assert chainrule("export", saved, "--to", "torch", "--out", "net.safetensors").code == 0  # over its own


@pytest.mark.parametrize(
    ("loss", "outputs"),
    [
        ("softmax", "the probabilities of 4 classes"),
        ("logistic", "the probabilities of 4 labels, each by itself"),
        ("poisson", "4 predicted numbers"),
    ],
)
def test_what_is_said_of_the_outputs(chainrule: Run, loss: str, outputs: str) -> None:
    build(Case("none", (5,), "float32", None, loss=loss)).save("outputs.safetensors")
    outcome = chainrule("export", "outputs.safetensors", "--to", "onnx", "--out", "outputs.onnx")
    assert outcome.out.splitlines()[-1] == f"takes rows of 9 features (N, 9); gives {outputs}"


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("--to", "onnx", "--opset", 3), "--opset: expected an opset from 7 to"),
        (("--to", "torch", "--opset", 13), "--opset: expected --to onnx beside it, got --to torch"),
        (("--to", "onnx", "--out", "net.pt"), "--out: expected a name that ends in .onnx, got net.pt"),
        (("--to", "torch", "--out", "net.pt"), "--out: expected a name that ends in .safetensors"),
        (("--to", "torch", "--out", "my-net.safetensors"), "--out: expected a name that Python can import"),
        (("--to", "torch", "--out", "model.safetensors"), "--out: expected another file than the model itself"),
        (("--to", "torch", "--out", "mine.safetensors"), "--out: expected no file of yours where mine.py goes"),
        (("--to", "keras"), "'keras' is not one of"),
        ((), "Missing option '--to'"),
    ],
)
def test_misuse(chainrule: Run, saved: Path, words: tuple[object, ...], message: str) -> None:
    Path("mine.py").write_text("print('mine')\n")
    before = {path: path.read_bytes() for path in Path().iterdir()}
    outcome = chainrule("export", saved, *words)
    assert outcome.code == 2
    assert message in outcome.err
    assert {path: path.read_bytes() for path in Path().iterdir()} == before


def test_what_is_no_model(chainrule: Run, tmp_path: Path) -> None:
    shutil.copy(Path(__file__), tmp_path / "model.safetensors")
    outcome = chainrule("export", "model.safetensors", "--to", "onnx")
    assert (outcome.code, "expected a model in safetensors format" in outcome.err) == (2, True)
    outcome = chainrule("export", "nowhere", "--to", "onnx")
    assert (outcome.code, "expected a run folder" in outcome.err) == (2, True)
