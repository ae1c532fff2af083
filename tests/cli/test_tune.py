"""``chainrule tune`` as a user runs it."""

from __future__ import annotations

import csv
import json
import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from PIL import Image

from ..conftest import Run

QUICK = ("--epochs", 6, "--trials", 6, "--population", 6, "--hidden", "4,8,16", "--learning-rate", "log:1e-2:1")
FILES = {
    "tune.toml",
    "data.json",
    "environment.json",
    "journal.log",
    "kept",
    "trials.json",
    "trials.csv",
    "best.toml",
    "model.safetensors",
    "ensemble.safetensors",
    "results.json",
    "report.html",
    "map.png",
    "settings.png",
    "curves.png",
    "budget.png",
}


def test_a_search_from_the_table_to_the_prediction(chainrule: Run, table: Path, tmp_path: Path) -> None:
    words = ("--label", "kind", "--ensemble", 3, "--final-test")
    outcome = chainrule("tune", "--data", table, *QUICK, *words)
    assert outcome.code == 0
    assert "6 trials, 6 at a time; tpe; halving" in outcome.out
    assert "test accuracy" in outcome.out
    assert max(len(line) for line in outcome.out.splitlines()) <= 100
    folder = tmp_path / "runs" / "flowers-tune-1"
    assert {path.name for path in folder.iterdir()} - {".lock", ".journal.log.lock"} == FILES
    with (folder / "trials.csv").open() as file:
        rows = list(csv.DictReader(file))
    assert [int(row["rank"]) for row in rows] == [1, 2, 3, 4, 5, 6]
    assert json.loads((folder / "trials.json").read_text())["trials"][0]["curve"]
    for picture in folder.glob("*.png"):
        with Image.open(picture) as image:
            assert min(image.size) > 100
    page = (folder / "report.html").read_text()
    assert page.count("<h2>") == 5
    assert not re.search(r'<(script|link|img)\b[^<>]*"https?:', page)  # it needs nothing from anywhere
    (tmp_path / "new.csv").write_text("height,width\n-4,6\n0,0\n")
    assert chainrule("predict", folder / "model.safetensors", "new.csv").code == 0
    judged = [chainrule("evaluate", folder / name, "--json") for name in ("ensemble.safetensors", "")]
    results = json.loads((folder / "results.json").read_text())
    told = [json.loads(outcome.out)["accuracy"] for outcome in judged]
    assert told == [results["ensemble_test_accuracy"], results["test_accuracy"]]
    (folder / "ensemble.safetensors").rename(tmp_path / "alone.safetensors")
    assert "does not know its data" in chainrule("evaluate", "alone.safetensors").err
    outcome = chainrule("evaluate", "alone.safetensors", "--data", table, "--label", "kind")
    assert "accuracy" in outcome.out
    best = chainrule("train", "--config", folder / "best.toml", "--json")
    assert json.loads(best.out)["epochs"] == 6


def test_the_file_of_a_search_repeats_it(chainrule: Run, table: Path) -> None:
    words = ("--data", table, "--label", "kind", *QUICK)
    first = json.loads(chainrule("tune", *words, "--out", "a", "--json").out)
    again = json.loads(chainrule("tune", "--config", "a/tune.toml", "--out", "b", "--json").out)
    other = json.loads(chainrule("tune", "--config", "a/tune.toml", "--out", "c", "--seed", 1, "--json").out)
    best = [{k: v for k, v in result["best"].items() if k != "elapsed"} for result in (first, again, other)]
    assert best[0] == best[1] != best[2]
    outcome = chainrule("tune", "--resume", "a", "--trials", 9, "--json")
    assert outcome.code == 0, outcome.err
    resumed = json.loads(outcome.out)
    assert sum(resumed["trials"].values()) == 9


BAD = {
    "an empty space": (("--hidden", ""), "--hidden: expected log:LOW:HIGH"),
    "an impossible space": (("--learning-rate", "log:1:0.1"), "--learning-rate: expected a lower end below"),
    "a point of it impossible": (("--learning-rate", "0.1,0"), "--learning-rate: expected a number above 0"),
    "an unknown rule": (("--rule", "sgd,newton"), "--rule: expected 'sgd'"),
    "a rule's number without the rule": (("--momentum", "0.8,0.9"), "--momentum: expected --rule momentum or nesterov"),
    "mini-batches beyond the rows": (("--batch-size", "8,999"), "--batch-size: expected at most"),
    "an unknown sampler": (("--sampler", "magic"), "--sampler: expected one of tpe"),
    "an unknown way of stopping": (("--stopping", "never"), "--stopping: expected one of halving"),
    "a budget of nothing": (("--budget", "0m"), "--budget: expected a time above 0"),
    "no trials": (("--trials", "0"), "--trials: expected a whole number from 1"),
    "a storage that cannot be reached": (("--storage", "sqlite:////no/where.db"), "--storage: expected a database"),
    "a storage of no kind": (("--storage", "magic://x"), "--storage: expected a database that can be reached"),
    "a storage that is another file": (("--storage", "flowers.csv"), "--storage: expected a journal file"),
    "an unknown scheduler": (("--dask", "tcp://127.0.0.1:9"), "--dask: expected the address of a Dask scheduler"),
    "a grid of a range": (("--sampler", "grid", "--reg", "log:1e-3:1"), "--reg: expected values, or a range with"),
    "unknown data": (("--data", "nothing"), "nothing: expected"),
    "a file of another kind": (("--config", "flowers.csv"), "flowers.csv: expected settings as TOML"),
    "a new folder beside the old": (("--resume", ".", "--out", "x"), "--out: expected nothing beside --resume"),
    "no search to resume": (("--resume", "."), "expected the folder of a search"),
}


@pytest.mark.parametrize("name", BAD)
def test_bad_input_is_told_before_any_work(
    chainrule: Run, table: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    monkeypatch.setattr("chainrule.tuning.cluster.REACHED_WITHIN", 0.5)
    words, message = BAD[name]
    data = () if "--data" in words or "--resume" in words else ("--data", table.name, "--label", "kind")
    before = {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()}
    outcome = chainrule("tune", *data, *words)
    assert outcome.code == 2
    assert message in outcome.err
    assert {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()} == before


def test_an_unknown_name_in_the_file(chainrule: Run, table: Path, tmp_path: Path) -> None:
    (tmp_path / "space.toml").write_text('[space]\nlearning_rat = "log:1e-3:1"\n')
    outcome = chainrule("tune", "--data", table, "--config", "space.toml")
    assert outcome.code == 2
    assert "setting space.learning_rat: expected a setting that can be searched" in outcome.err
    assert "try: learning_rate" in outcome.err


def test_a_space_changed_under_resume(chainrule: Run, table: Path) -> None:
    assert chainrule("tune", "--data", table, "--label", "kind", *QUICK, "--out", "a", "-q").code == 0
    outcome = chainrule("tune", "--resume", "a", "--hidden", "4,8")
    assert outcome.code == 2
    assert "--resume: expected the space that the search 'flowers' was begun with: hidden 4,8,16" in outcome.err


@pytest.mark.skipif(sys.platform == "win32", reason="Windows sends Ctrl-C to a console, not to a process")
def test_ctrl_c_ends_with_what_is_known(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "chainrule", "tune", "--out", "run"]
    space = ["--hidden", "8,9", "--learning-rate", "log:1e-3:1"]  # without an end
    options = [*space, "--trials", "4000", "--population", "16", "--epochs", "2", "--stopping", "none"]
    process = subprocess.Popen([*command, *options], cwd=tmp_path, stdout=subprocess.PIPE, text=True)
    journal, deadline = tmp_path / "run" / "journal.log", time.monotonic() + 60
    while process.poll() is None and time.monotonic() < deadline:
        if journal.exists() and b'"intermediate_value"' in journal.read_bytes():
            break
        time.sleep(0.01)
    os.kill(process.pid, signal.SIGINT)
    out, _ = process.communicate(timeout=60)
    assert process.returncode == 130
    assert "best: trial" in out
    assert "everything is stored. Go on with:\n  chainrule tune --resume run\n" in out
    assert (tmp_path / "run" / "best.toml").exists()
