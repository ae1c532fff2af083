"""What Jupyter is given to show: HTML that is whole, escaped, styled for itself alone; plain text stays as it was."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from IPython.core.formatters import DisplayFormatter
from numpy import ndarray

import chainrule
from chainrule.checking.answer import Answer, Finding, Fix, GradientCheck, Target, Verdict
from chainrule.data.dataset import Dataset, Rows
from chainrule.data.features import Features
from chainrule.display.answer import scoped_style
from chainrule.runs import Results, new_run
from chainrule.saved_run import SavedRun, open_run
from chainrule.training.settings_file import build_settings

from ..conftest import Run, clouds

VOID = {"img", "meta", "br"}


class Tree(HTMLParser):
    """Checks that what opens closes, and collects texts, tags and attributes."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str | None]] = []
        self.text = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += attrs
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if "style" not in self.open:
            self.text += f" {data}"


def shown(thing: Any) -> Tree:
    """Return what a notebook shows of a thing."""
    data, _ = DisplayFormatter().format(thing)  # type: ignore[no-untyped-call]
    assert set(data) == {"text/plain", "text/html"}
    tree = Tree()
    tree.feed(data["text/html"])
    tree.close()
    assert tree.open == []
    assert tree.tags[:2] == ["div", "style"]
    assert "script" not in tree.tags
    assert not {name for name, _ in tree.attributes} & {"id", "href", "onclick"}
    return tree


@pytest.fixture
def run(chainrule: Run) -> SavedRun:
    assert chainrule("train", "--epochs", 3, "--out", "run", "-q").code == 0
    return open_run("run")


def test_a_finished_run(run: SavedRun) -> None:
    tree = shown(run)
    results = run.results
    assert results is not None
    for text in ("run", "all 123 steps taken", "digits: 1,797 rows, 10 classes", "64-128-10, 9,610 parameters, relu"):
        assert text in tree.text
    assert f"{100 * results['test_accuracy']:.2f} %" in tree.text
    assert tree.tags.count("img") == 2  # the curves, the first layer
    assert repr(run) == "SavedRun('run'): all 123 steps taken"


def test_a_run_that_goes_on_and_its_results(dataset: Dataset, tmp_path: Path) -> None:
    settings = build_settings({}, {"hidden": [8], "epochs": 3})
    with new_run(settings, tmp_path / "run", dataset=dataset) as run:
        tree = shown(run)
        assert "not finished: no epoch so far" in tree.text
        assert "img" not in tree.tags
        epochs = iter(run.training)
        next(epochs)
        tree = shown(run)
        assert "not finished: 1 epochs so far" in tree.text
        assert "epoch 1" in tree.text
        assert "test" not in tree.text.split()
        list(epochs)
        results: Results = run.finish()
    tree = shown(results)
    assert f"{100 * results.validation.accuracy:.2f} %" in tree.text
    assert all(f" {name} " in tree.text for name in dataset.classes)


def test_a_data_set_of_images() -> None:
    tree = shown(chainrule.open_data("digits"))
    assert all(text in tree.text for text in ("digits", "images of 8×8, 1 channel", "1,797", "64 of uint8"))
    assert tree.tags.count("img") == 1


def test_a_table_is_told_by_its_columns_and_escaped() -> None:
    wide = clouds(features=30)
    names = ("<script>alert(1)</script>", *(f"x{i}" for i in range(1, 30)))
    test = Rows(wide.train.X[:5], wide.train.y[:5])
    dataset = Dataset("<b>", "a & b", wide.train, test, ("<i>", "b", "c"), None, names, ("50 rows <u>left out</u>",))
    tree = shown(dataset)
    for text in ("<b>", "a & b", "<i>", "<script>alert(1)</script>", "50 rows <u>left out</u>", "and 10 more"):
        assert text in tree.text
    assert "120, and 5 published for the test" in tree.text
    assert f"{dataset.train.X[:, 3].mean():.4g}" in tree.text


def wrong(parameters: dict[str, ndarray], X: ndarray) -> tuple[float, dict[str, ndarray]]:
    W = parameters["W"]
    return float(((X @ W) ** 2).sum()), {"W": X.T @ (X @ W)}


def test_a_check(capsys: pytest.CaptureFixture[str]) -> None:
    answer = chainrule.check(wrong, {"W": np.full((3, 2), 0.5)}, np.arange(12.0).reshape(4, 3))
    tree = shown(answer)
    assert "✗ wrong" in tree.text
    assert "Gradients beside finite differences" in tree.text
    assert "details" in tree.tags  # the code is folded away
    assert "WRONG" in str(answer)


def test_a_finding_is_escaped() -> None:
    finding = Finding(1, 1, "dz", "<b>mask</b>", "a < b & c", "dz1[dp1 < 0]", "dz1[z1 < 0]", Fix(1, 1, "dz1"), True)
    gradients = {"W1": GradientCheck(0.5, False)}
    answer = Answer(Verdict.WRONG, Target("<i>.py", "loss", "function"), gradients, (finding,))
    tree = shown(answer)
    assert "<b>mask</b>" in tree.text
    assert "<i>.py" in tree.text


def test_a_population_and_its_scores(dataset: Dataset) -> None:
    members = [chainrule.Member((8,), rate, rule="momentum") for rate in (0.1, 0.01, 1e30)]
    population = chainrule.Population(members, input_size=5, output_size=3, batch_size=10)
    features = Features(dataset.train.X)
    population.train(features, dataset.train.y, steps=12, total_steps=12)
    tree = shown(population)
    words = " ".join(tree.text.split())
    assert "2 networks after 12 steps" in words
    assert "network learning rate 0 0.1 1 0.01" in words  # the one setting in which they differ
    assert "rule momentum" in words
    assert "momentum 0.9" in words
    assert "beta1" not in words
    assert re.search(r"diverged 2 at step \d+", words)
    scores = population.evaluate(features, dataset.train.y)
    best = int(np.argmax(scores.accuracy))
    assert f"network accuracy data loss {best} {100 * scores.accuracy[best]:.2f} %" in " ".join(
        shown(scores).text.split()
    )


def test_styles_touch_nothing_else_of_the_notebook(run: SavedRun) -> None:
    html: str = run._repr_html_()
    style = re.sub(r"/\*.*?\*/", "", html.partition("<style>")[2].partition("</style>")[0])
    for selectors in re.findall(r"([^{}]+)\{", style):
        if not selectors.strip().startswith("@"):
            assert all(selector.strip().startswith(".chainrule") for selector in selectors.split(",")), selectors
    nested = scoped_style()
    assert nested.startswith(".chainrule-check {")
    assert nested.count("{") == nested.count("}")
    assert ":root" not in nested
    assert "body {" not in nested


def test_open_run_reads_everything(run: SavedRun) -> None:
    opened = chainrule.open_run("run")
    assert opened.settings.data.source == "digits"
    assert [record.epoch for record in opened.epochs] == [1, 2, 3]
    assert len(opened.steps) == 123
    assert len(opened.history) == 126
    assert opened.environment["packages"]["numpy"] == np.__version__
    results = opened.results
    assert results is not None
    assert opened.evaluate("test").accuracy == results["test_accuracy"]
    assert opened.evaluate().data_loss == results["validation_loss"]
    assert opened.model.predict(chainrule.open_data("digits").train.X[:5]).shape == (5,)
    with pytest.raises(chainrule.InputError, match="expected a run folder"):
        chainrule.open_run("nowhere")
