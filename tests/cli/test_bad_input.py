"""What a user can do wrong: each has its own message and exit code, and nothing is written or lost."""

from __future__ import annotations

import errno
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from numpy import ndarray

from chainrule.data.preprocess import fit
from chainrule.files import write_whole
from chainrule.network.model import KIND, VERSION, Model
from chainrule.network.parameters import Architecture, Parameters
from chainrule.tensor_file import read_tensors, write_tensors

from ..conftest import Run


def wide_table(path: Path) -> None:
    path.write_text("a,b,label\n" + "".join(f"{i},{i % 7},{'xy'[i % 2]}\n" for i in range(40)))


def one_class(path: Path) -> None:
    path.write_text("a,label\n" + "1,x\n" * 20)


def one_row(path: Path) -> None:
    path.write_text("a,label\n1,x\n")


def with_nan(path: Path) -> None:
    path.write_text("a,label\n1,x\nnan,y\n2,x\n")


CASES: dict[str, tuple[Callable[[Path], None] | None, tuple[str, ...], str]] = {
    "hidden size of 0": (wide_table, ("--hidden", "0"), "--hidden: expected a number from 1, got 0"),
    "hidden that is no number": (wide_table, ("--hidden", "big"), "--hidden: expected 1024, or 512,256, or none"),
    "negative learning rate": (wide_table, ("--learning-rate", "-1"), "--learning-rate: expected a number above 0"),
    "learning rate nan": (wide_table, ("--learning-rate", "nan"), "--learning-rate: expected"),
    "batch larger than the data": (wide_table, ("--batch-size", "999"), "--batch-size: expected at most"),
    "a network larger than any memory": (wide_table, ("--hidden", "9000000,9000000"), "expected at most 8,589,934,592"),
    "a number larger than any": (wide_table, ("--hidden", "9" * 30), "--hidden: expected a number up to 1e+07"),
    "threads beyond reason": (wide_table, ("--threads", "99999"), "--threads: expected a number up to 4096"),
    "one number for a size": (wide_table, ("--image-size", "16"), "--image-size: expected two numbers"),
    "a row and a half": (wide_table, ("--validation", "1.5"), "--validation: expected from 1 to"),
    "unknown rule": (wide_table, ("--rule", "newton"), "--rule: expected 'sgd', 'momentum'"),
    "option the rule has no use for": (wide_table, ("--beta1", "0.5"), "--beta1: expected --rule adam or adamw"),
    "steps and epochs": (wide_table, ("--steps", "5", "--epochs", "5"), "--steps: expected either"),
    "unknown schedule": (wide_table, ("--schedule", "magic"), "--schedule: expected constant"),
    "unknown preprocessing": (wide_table, ("--preprocess", "mean,magic"), "--preprocess: expected none, or some of"),
    "too many components": (wide_table, ("--preprocess", "whiten:9"), "whiten:K with K at most 2"),
    "scale for a table": (wide_table, ("--preprocess", "scale"), "pixels for scale"),
    "unknown initial weights": (wide_table, ("--initial-weights", "ones"), "--initial-weights: expected normal:STD"),
    "all rows for validation": (wide_table, ("--validation", "99"), "--validation: expected from 1 to"),
    "label that is not there": (wide_table, ("--label", "kind"), "--label: expected the name of a column"),
    "one class": (one_class, (), "expected at least two classes"),
    "one row": (one_row, (), "expected at least two classes"),
    "nan in the features": (with_nan, (), "expected numbers that are present and finite"),
    "no such data": (None, (), "expected"),
}


@pytest.mark.parametrize("name", CASES)
def test_misuse_is_told_and_nothing_is_written(chainrule: Run, tmp_path: Path, name: str) -> None:
    make, options, message = CASES[name]
    if make is not None:
        make(tmp_path / "data.csv")
    before = set(tmp_path.rglob("*"))
    outcome = chainrule("train", "--data", "data.csv", *options)
    assert outcome.code == 2
    assert message in outcome.err
    assert outcome.err.startswith("chainrule: ")
    assert set(tmp_path.rglob("*")) == before


@pytest.fixture
def small_run(chainrule: Run, tmp_path: Path) -> Path:
    wide_table(tmp_path / "data.csv")
    assert chainrule("train", "--data", "data.csv", "--out", "run", "--epochs", 2, "-q").code == 0
    return tmp_path / "run"


def some_model(path: Path, version: int = VERSION, **others: ndarray) -> None:
    """Write a model of the columns a and b, in another version or with other arrays if told so."""
    fitted = fit((), np.zeros((2, 2), np.float32), np.arange(2))
    parameters = Parameters.zeros(Architecture(2, (3,), 2), "f4")
    Model(parameters, fitted, ("x", "y"), feature_names=("a", "b")).save(path)
    tensors, header = read_tensors(path, KIND, VERSION)
    del header["version"], header["checksum"]
    write_tensors(path, KIND, version, tensors | others, header)


NOTHING = "expected a model file, got no such file\n  try: ls runs/*/model.safetensors"
LATER, SHAPES = "of a later chainrule\n  try: pip", "expected W1 of shape (2, 3), got shape (2, 4)"
UNUSABLE: dict[str, tuple[str, str]] = {
    "export a model that is not there": ("export none.safetensors --to onnx", NOTHING),
    "predict with one that is not there": ("predict none.safetensors data.csv", NOTHING),
    "evaluate one that is not there": ("evaluate none.safetensors", NOTHING),
    "export a later version": ("export later.safetensors --to torch", LATER),
    "predict with a later version": ("predict later.safetensors data.csv", LATER),
    "evaluate a later version": ("evaluate later.safetensors --data data.csv", LATER),
    "export other shapes": ("export shapes.safetensors --to onnx", SHAPES),
    "predict with other shapes": ("predict shapes.safetensors data.csv", SHAPES),
    "evaluate other shapes": ("evaluate shapes.safetensors --data data.csv", SHAPES),
    "an opset too old": ("export model.safetensors --to onnx --opset 6", "--opset: expected an opset from 7 to"),
    "evaluate on a single class": (
        "evaluate model.safetensors --data one-class.csv",
        "expected at least two classes to tell apart, got one: x",
    ),
    "evaluate on no rows": (
        "evaluate model.safetensors --data no-rows.csv",
        "expected rows with a label and at least one feature, got 0 rows",
    ),
    "evaluate on no bytes": ("evaluate model.safetensors --data no-bytes.csv", "got an empty file"),
    "predict no rows": (
        "predict model.safetensors no-rows.csv",
        "no-rows.csv: expected at least one row, got none below the names of the columns",
    ),
    "predict no bytes": (
        "predict model.safetensors no-bytes.csv",
        "no-bytes.csv: expected a first line with the names of two columns",
    ),
}


@pytest.mark.parametrize("name", UNUSABLE)
def test_what_cannot_be_used(chainrule: Run, tmp_path: Path, name: str) -> None:
    words, message = UNUSABLE[name]
    some_model(tmp_path / "model.safetensors")
    some_model(tmp_path / "later.safetensors", version=9)
    some_model(tmp_path / "shapes.safetensors", W1=np.zeros((2, 4), np.float32))
    wide_table(tmp_path / "data.csv")
    (tmp_path / "no-rows.csv").write_text("a,b,label\n")
    (tmp_path / "no-bytes.csv").touch()
    one_class(tmp_path / "one-class.csv")
    before = set(tmp_path.rglob("*"))
    outcome = chainrule(*words.split())
    assert (outcome.code, outcome.out) == (2, "")
    assert outcome.err.startswith("chainrule: ")
    assert message in outcome.err
    assert set(tmp_path.rglob("*")) == before


def test_a_folder_with_something_in_it_is_not_written_to(chainrule: Run, small_run: Path) -> None:
    before = {path: path.read_bytes() for path in small_run.iterdir()}
    outcome = chainrule("train", "--data", "data.csv", "--out", "run")
    assert (outcome.code, "--out: expected a new or empty folder" in outcome.err) == (2, True)
    assert {path: path.read_bytes() for path in small_run.iterdir()} == before


def test_a_run_folder_in_use_is_left_alone(chainrule: Run, small_run: Path) -> None:
    from filelock import FileLock

    with FileLock(small_run / ".lock"):
        outcome = chainrule("train", "--resume", small_run)
    assert (outcome.code, "the run folder is in use by another process" in outcome.err) == (2, True)


def test_resume_takes_no_other_settings(chainrule: Run, small_run: Path) -> None:
    outcome = chainrule("train", "--resume", small_run, "--epochs", 9)
    assert (outcome.code, "--epochs: expected nothing beside --resume" in outcome.err) == (2, True)


def test_resume_refuses_data_that_have_changed(chainrule: Run, small_run: Path, tmp_path: Path) -> None:
    (tmp_path / "data.csv").write_text((tmp_path / "data.csv").read_text(encoding="utf-8").replace("3,3,y", "3,4,y"))
    for command in (("train", "--resume"), ("evaluate",)):
        outcome = chainrule(*command, small_run)
        assert (outcome.code, "expected the data that the run was begun with" in outcome.err) == (2, True)


@pytest.mark.parametrize("name", ["model.safetensors", "checkpoint.safetensors"])
@pytest.mark.parametrize(
    "damage", ["cut in half", "another kind", "later version", "somebody else's", "no tensors", "one byte changed"]
)
def test_damaged_files_of_a_run(chainrule: Run, small_run: Path, name: str, damage: str) -> None:
    from safetensors.numpy import save

    path = small_run / name
    other = {"model.safetensors": "checkpoint.safetensors"}.get(name, "model.safetensors")
    kind = name.partition(".")[0]
    content, message = {
        "cut in half": (
            path.read_bytes()[: path.stat().st_size // 2],
            "got a file of another format, or one that is cut off",
        ),
        "another kind": ((small_run / other).read_bytes(), f"expected a {kind}, got a"),
        "later version": (
            path.read_bytes().replace(b'\\"version\\": 1', b'\\"version\\": 9'),
            "expected format 1 or earlier, got format 9, of a later chainrule",
        ),
        "somebody else's": (save({"x": np.zeros(3)}), "got a safetensors file of somebody else's"),
        "one byte changed": (path.read_bytes()[:-3] + b"\xa5" + path.read_bytes()[-2:], "its checksum is wrong"),
        "no tensors": (b"not even that", "got a file of another format, or one that is cut off"),
    }[damage]
    path.write_bytes(content)
    outcome = chainrule("train", "--resume", small_run)
    assert outcome.code == 2
    assert message in outcome.err
    assert str(path) in outcome.err


def test_a_model_for_other_inputs(chainrule: Run, small_run: Path, photos: Path, tmp_path: Path) -> None:
    outcome = chainrule("evaluate", small_run, "--data", photos)
    assert outcome.code == 2
    assert "as the model was trained on" in outcome.err
    (tmp_path / "narrow.csv").write_text("a,label\n1,x\n2,y\n3,x\n")
    outcome = chainrule("evaluate", small_run, "--data", "narrow.csv")
    assert outcome.code == 2
    assert "columns ('a', 'b'), as the model was trained on" in outcome.err


@pytest.mark.parametrize("left", [None, 100])
def test_a_history_that_was_cut_off(chainrule: Run, small_run: Path, left: int | None) -> None:
    history = small_run / "history.jsonl"
    content = history.read_bytes()
    history.unlink()
    if left is not None:
        history.write_bytes(content[:left])
    outcome = chainrule("train", "--resume", small_run)
    assert outcome.code == 2
    assert f"expected the {len(content):,} bytes that the checkpoint goes with, got {left or 0}" in outcome.err


def test_what_a_killed_process_left_is_swept_away(chainrule: Run, small_run: Path) -> None:
    left = small_run / ".checkpoint.safetensors.abc"
    left.mkdir()
    (left / "checkpoint.safetensors").write_bytes(b"half")
    assert chainrule("train", "--resume", small_run, "-q").code == 0
    assert not left.exists()


def test_another_rule_over_a_config_takes_its_own_numbers(chainrule: Run, tmp_path: Path) -> None:
    wide_table(tmp_path / "data.csv")
    assert chainrule("train", "--data", "data.csv", "--rule", "adam", "--epochs", 1, "--out", "adam", "-q").code == 0
    assert chainrule("train", "--config", "adam/run.toml", "--rule", "sgd", "--out", "sgd", "-q").code == 0


def test_ctrl_c_while_the_results_are_made(chainrule: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    wide_table(tmp_path / "data.csv")

    def interrupt(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("chainrule.report.curves.draw_curves", interrupt)
    outcome = chainrule("train", "--data", "data.csv", "--epochs", 1, "--out", "run", "-q")
    assert outcome.code == 130
    assert "interrupted; go on from the last checkpoint with:\n  chainrule train --resume run\n" in outcome.err


def test_ctrl_c_while_the_data_are_read(chainrule: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupt(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("chainrule.cli.data.open_data", interrupt)
    assert chainrule("data", "digits") == (130, "", "chainrule: interrupted\n")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs /dev/full")
def test_an_output_that_is_full(small_run: Path) -> None:
    command = [sys.executable, "-m", "chainrule", "evaluate", str(small_run), "--json"]
    with Path("/dev/full").open("w") as full:
        done = subprocess.run(command, stdout=full, stderr=subprocess.PIPE, text=True, cwd=small_run.parent)
    assert done.returncode == 2
    assert done.stderr.startswith("chainrule: output: No space left on device")


def test_no_run_folder(chainrule: Run, tmp_path: Path) -> None:
    for path in ("missing", tmp_path):
        outcome = chainrule("evaluate", path)
        assert (outcome.code, "expected a run folder" in outcome.err) == (2, True)


def test_a_toml_with_an_unknown_name(chainrule: Run, tmp_path: Path) -> None:
    (tmp_path / "run.toml").write_text("[training]\nlearning_rat = 0.1\n")
    outcome = chainrule("train", "--config", "run.toml")
    assert outcome.code == 2
    assert "setting training.learning_rat: expected" in outcome.err
    assert "try: learning_rate, in [training]" in outcome.err
    (tmp_path / "run.toml").write_text("[training\n")
    assert "expected settings as TOML" in chainrule("train", "--config", "run.toml").err


def test_a_read_only_place(chainrule: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    wide_table(tmp_path / "data.csv")

    def refuse(*_: object, **__: object) -> None:
        raise PermissionError(errno.EACCES, "Permission denied")

    monkeypatch.setattr(Path, "mkdir", refuse)  # root may write anywhere, so the refusal is acted
    outcome = chainrule("train", "--data", "data.csv", "--out", "locked/run")
    assert outcome.code == 2
    assert "locked/run: Permission denied\n  try: see who may read and write there" in outcome.err


@pytest.mark.parametrize("full_from", [1, 5, 9, 15, 20])
def test_a_full_disk_loses_nothing_that_was_whole(
    chainrule: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, full_from: int
) -> None:
    """The disk fills at some fsync; what stands then is whole, and the run goes on once there is space."""
    wide_table(tmp_path / "data.csv")
    arguments = ("--data", "data.csv", "--epochs", 3, "-q")
    assert chainrule("train", *arguments, "--out", "whole").code == 0
    monkeypatch.setattr("chainrule.training.recorder.SHORTEST_PAUSE", 0.0)
    calls, fsync = [0], os.fsync

    def full(descriptor: int) -> None:
        calls[0] += 1
        if calls[0] >= full_from:
            raise OSError(errno.ENOSPC, "No space left on device")
        fsync(descriptor)

    monkeypatch.setattr(os, "fsync", full)
    outcome = chainrule("train", *arguments, "--out", "run")
    assert outcome.code == 2
    assert "No space left on device\n  try: free some space" in outcome.err
    monkeypatch.setattr(os, "fsync", fsync)
    if full_from < 9:  # the run could not even begin: settings, data and environment come before the first step
        assert not (tmp_path / "run").exists()
        return
    assert not [path for path in (tmp_path / "run").rglob(".*") if path.name != ".lock"]
    assert chainrule("train", "--resume", "run", "-q").code == 0
    for name in ("model.safetensors", "history.jsonl"):
        assert (tmp_path / "run" / name).read_bytes() == (tmp_path / "whole" / name).read_bytes()


def test_writing_whole_keeps_the_old_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "file"
    write_whole(path, "old")

    def full(descriptor: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space left"):
        write_whole(path, "new")
    assert [(file.name, file.read_text(encoding="utf-8")) for file in tmp_path.iterdir()] == [("file", "old")]


def test_divergence_keeps_the_last_good_weights(chainrule: Run, tmp_path: Path) -> None:
    wide_table(tmp_path / "data.csv")
    outcome = chainrule("train", "--data", "data.csv", "--learning-rate", "1e30", "--out", "run")
    assert outcome.code == 1
    assert "training stopped at step" in outcome.err
    assert "are kept in run" in outcome.err
    judged = json.loads(chainrule("evaluate", "run", "--json").out)
    assert np.isfinite(judged["data_loss"])


def test_a_bug_of_ours_is_no_traceback(chainrule: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object, **__: object) -> None:
        raise ZeroDivisionError("oops")

    monkeypatch.setattr("chainrule.cli.data.open_data", broken)
    outcome = chainrule("data", "digits")
    assert (outcome.code, "a mistake of chainrule's own: ZeroDivisionError: oops" in outcome.err) == (1, True)


def test_a_moved_run_is_still_read(chainrule: Run, small_run: Path, tmp_path: Path) -> None:
    shutil.move(small_run, tmp_path / "elsewhere")
    assert chainrule("evaluate", "elsewhere").code == 0
