"""Every command as a user runs it, from files to a run folder and on to predictions."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from chainrule.network.model import Model
from chainrule.sklearn import MLPClassifier, MLPRegressor, to_model
from chainrule.training.history import EpochRecord, StepRecord
from chainrule.training.run_folder import RunFolder

from ..conftest import Run


@pytest.fixture
def photo_run(chainrule: Run, photos: Path, tmp_path: Path) -> Path:
    outcome = chainrule("train", "--data", photos, "--epochs", 12, "--hidden", 8, "--batch-size", 8, "-q")
    assert outcome == (0, "", "")
    return tmp_path / "runs" / "photos-1"


def picture_size(path: Path) -> tuple[int, int]:
    with Image.open(path) as image:
        return image.size


def test_the_first_run_learns_the_digits(chainrule: Run, tmp_path: Path) -> None:
    outcome = chainrule("train")
    assert outcome.code == 0
    assert "runs/digits-1" in outcome.out
    results = json.loads((tmp_path / "runs/digits-1/results.json").read_text(encoding="utf-8"))
    assert results["test_accuracy"] >= 0.97
    assert f"test accuracy       {100 * results['test_accuracy']:6.2f} %" in outcome.out
    assert outcome.out.count(" %") > 80  # a line an epoch
    assert max(len(line) for line in outcome.out.splitlines()) <= 80


def test_the_run_folder_is_whole(photo_run: Path) -> None:
    folder = RunFolder.open(photo_run)
    assert {path.name for path in photo_run.iterdir()} - {".lock"} == {
        "run.toml",
        "data.json",
        "environment.json",
        "history.jsonl",
        "checkpoint.safetensors",
        "model.safetensors",
        "results.json",
        "curves.png",
    }
    history = folder.read_history()
    assert [record.step for record in history if isinstance(record, StepRecord)] == list(range(1, 66 + 6 + 1))
    assert [record.epoch for record in history if isinstance(record, EpochRecord)] == list(range(1, 13))
    assert picture_size(photo_run / "curves.png")[0] > 800
    assert folder.read_json(folder.environment)["packages"]["numpy"] == np.__version__


def test_evaluate_gives_what_train_gave(chainrule: Run, photo_run: Path) -> None:
    results = json.loads((photo_run / "results.json").read_text(encoding="utf-8"))
    for split in ("train", "validation", "test"):
        outcome = chainrule("evaluate", photo_run, "--split", split, "--json")
        judged = json.loads(outcome.out)
        assert judged["accuracy"] == results[f"{split}_accuracy"]
        assert judged["data_loss"] == results[f"{split}_loss"]
    assert np.array_equal(judged["confusion"], results["test_confusion"])
    outcome = chainrule("evaluate", photo_run, "--figure", "confusion.png")
    assert outcome.code == 0
    assert f"accuracy {100 * results['test_accuracy']:.2f} %" in outcome.out
    assert min(picture_size(Path("confusion.png"))) > 400


def test_evaluate_other_data_by_the_names_of_its_classes(chainrule: Run, photo_run: Path, photos: Path) -> None:
    shutil.copytree(photos / "red", "others/red")
    Path("others/blue").mkdir()
    shutil.copy(photos / "blue/00.png", "others/blue")
    outcome = chainrule("evaluate", photo_run, "--data", "others", "--json")
    judged = json.loads(outcome.out)
    assert np.array(judged["confusion"]).sum(axis=1).tolist() == [1, 30]
    assert judged["accuracy"] > 0.9


def test_predict_needs_nothing_but_the_model(chainrule: Run, photo_run: Path, photos: Path) -> None:
    model = photo_run / "model.safetensors"
    files = [photos / "red/00.png", photos / "blue/29.png"]
    outcome = chainrule("predict", model, *files, "--json")
    predictions = json.loads(outcome.out)["predictions"]
    assert [prediction["class"] for prediction in predictions] == ["red", "blue"]
    pixels = np.stack([np.asarray(Image.open(file)).ravel() for file in files])
    probs = Model.load(model).predict_proba(pixels)
    assert [p["probability"] for p in predictions] == pytest.approx(probs.max(axis=1).tolist())
    text = chainrule("predict", photo_run, photos, "--top", 2).out.splitlines()
    assert len(text) == 60
    assert text[0].startswith(f"{photos}/blue/00.png  blue ")


def test_predict_reports_what_it_cannot_read_and_goes_on(chainrule: Run, photo_run: Path, photos: Path) -> None:
    Path("broken.png").write_bytes(b"no image")
    outcome = chainrule("predict", photo_run, "broken.png", photos / "red/03.png", "missing.png")
    assert outcome.code == 1
    assert f"{photos}/red/03.png  red" in outcome.out
    assert "broken.png: expected an image that can be read" in outcome.err
    assert "missing.png: No such file or directory" in outcome.err


def test_a_table_from_csv_to_predictions(chainrule: Run, table: Path) -> None:
    outcome = chainrule("train", "--data", table, "--label", "kind", "--epochs", 20, "--json")
    results = json.loads(outcome.out)
    assert results["test_accuracy"] > 0.9
    Path("new.csv").write_text("height,name,width\n-4,x,6\n0,y,0\n")
    outcome = chainrule("predict", results["run"], "new.csv", "--json")
    assert [row["class"] for row in json.loads(outcome.out)["predictions"]] == ["c", "a"]


def test_the_model_of_an_estimator_that_saw_no_names(chainrule: Run) -> None:
    X = np.arange(40.0).reshape(20, 2) % 7
    y = (X[:, 0] > X[:, 1]).astype(str)
    to_model(MLPClassifier((4,), random_state=0).partial_fit(X, y, classes=np.unique(y))).save("model.safetensors")
    rows = [f"{a},{b}" for a, b in X]
    Path("new.csv").write_text("\n".join(["left,right", *rows]))
    Path("judged.csv").write_text("\n".join(["left,right,y", *map(",".join, zip(rows, y, strict=True))]))
    Path("wide.csv").write_text("left,right,more\n1,2,3\n")
    told = json.loads(chainrule("predict", "model.safetensors", "new.csv", "--json").out)["predictions"]
    expected = Model.load("model.safetensors").predict_proba(X.astype("float32")).max(axis=1)
    assert [row["probability"] for row in told] == pytest.approx(expected.tolist())
    assert chainrule("evaluate", "model.safetensors", "--data", "judged.csv").code == 0
    outcome = chainrule("predict", "model.safetensors", "wide.csv")
    assert (outcome.code, "expected 2 columns, one for each feature" in outcome.err) == (2, True)


def test_predict_refuses_what_names_no_class(chainrule: Run) -> None:
    X = np.arange(40.0).reshape(20, 2) % 7
    to_model(MLPRegressor().partial_fit(X, X[:, 0])).save("numbers.safetensors")
    Path("new.csv").write_text("left,right\n1,2\n")
    outcome = chainrule("predict", "numbers.safetensors", "new.csv")
    assert (outcome.code, outcome.out) == (2, "")
    assert "expected a model that gives each row one class, got one with the loss squared" in outcome.err


def test_a_config_repeats_a_run_to_the_bit(chainrule: Run, photo_run: Path) -> None:
    assert chainrule("train", "--config", photo_run / "run.toml", "--out", "again", "-q").code == 0
    assert chainrule("train", "--config", photo_run / "run.toml", "--seed", 1, "--out", "other", "-q").code == 0
    for name in ("model.safetensors", "history.jsonl", "run.toml", "results.json"):
        again = (Path("again") / name).read_bytes()
        assert again == (photo_run / name).read_bytes()
        assert again != (Path("other") / name).read_bytes()


def test_other_activations_and_dropout_from_settings_to_predictions(chainrule: Run, photos: Path) -> None:
    options = ["--activation", "tanh", "--dropout", 0.2, "--label-smoothing", 0.05, "--hidden", "8,6"]
    command = ["train", "--data", photos, *options, "--epochs", 12, "--batch-size", 8, "--out", "run", "-q"]
    assert chainrule(*command) == (0, "", "")
    settings = RunFolder.open(Path("run")).read_settings()
    assert (settings.network.activation, settings.network.initial_weights) == ("tanh", "glorot")
    assert (settings.training.dropout, settings.training.label_smoothing) == (0.2, 0.05)
    assert Model.load(Path("run/model.safetensors")).parameters.architecture.activation == "tanh"
    results = json.loads(Path("run/results.json").read_text(encoding="utf-8"))
    judged = json.loads(chainrule("evaluate", "run", "--json").out)  # with every unit
    assert (judged["accuracy"], judged["data_loss"]) == (results["test_accuracy"], results["test_loss"])
    outcome = chainrule("predict", "run", photos / "red/00.png", photos / "blue/29.png", "--json")
    assert [prediction["class"] for prediction in json.loads(outcome.out)["predictions"]] == ["red", "blue"]
    assert chainrule("train", "--config", "run/run.toml", "--out", "again", "-q").code == 0
    assert Path("again/model.safetensors").read_bytes() == Path("run/model.safetensors").read_bytes()


def test_data_tells_and_draws(chainrule: Run, photos: Path) -> None:
    described = json.loads(chainrule("data", photos, "--json", "--sheet", "sheet.png").out)
    assert described["class_counts"]["train"] == [30, 30]
    assert described["image_shape"] == [6, 5, 3]
    assert described["default_split"] == {"train": 43, "validation": 5, "test": 12}
    assert picture_size(Path("sheet.png"))[0] > 100
    assert "images of 5x6, 3 channels" in chainrule("data", photos).out


@pytest.mark.parametrize("command", ["train", "evaluate", "predict", "data"])
def test_help_has_examples(chainrule: Run, command: str) -> None:
    outcome = chainrule(command, "--help")
    assert outcome.code == 0
    assert f"chainrule {command} " in outcome.out
    assert "Examples" in outcome.out


def test_the_version(chainrule: Run) -> None:
    assert chainrule("--version").out == "chainrule 0.1.0\n"
