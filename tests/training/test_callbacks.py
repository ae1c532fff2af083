"""docs/callbacks.md: its code runs, and what it promises holds."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from chainrule.data.dataset import Dataset
from chainrule.runs import new_run, resumed_run
from chainrule.training.history import EpochRecord, StepRecord
from chainrule.training.loop import Callback, Training
from chainrule.training.settings import RunSettings
from chainrule.training.settings_file import build_settings

PAGE = Path(__file__).parents[2] / "docs" / "callbacks.md"


def test_the_code_of_the_page(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    names: dict[str, Any] = {}
    for block in re.findall(r"```python\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL):
        exec(compile(block, str(PAGE), "exec"), names)
    losses = [step for step, numbers in names["logged"] if "loss" in numbers]
    assert losses == list(range(1, 3 * 41 + 1))
    assert names["logged"][-1][1]["accuracy"] > 0.7
    assert 1 <= len(names["epochs"]) < 3


def test_every_method_of_the_protocol_is_on_the_page() -> None:
    methods = [name for name in vars(Callback) if not name.startswith("_")]
    assert methods == re.findall(r"^\| `(\w+)\(", PAGE.read_text(encoding="utf-8"), re.MULTILINE)


@pytest.fixture
def settings() -> RunSettings:
    return build_settings({}, {"hidden": [8], "epochs": 3, "batch_size": 10})


def test_callbacks_change_no_number(dataset: Dataset, settings: RunSettings, tmp_path: Path) -> None:
    bits = []
    for number, callbacks in enumerate(([], [Callback(), Callback()])):
        with new_run(settings, tmp_path / str(number), dataset=dataset, callbacks=callbacks) as run:
            list(run.training)
            bits.append(run.training.final_parameters.buffer.tobytes())
    assert bits[0] == bits[1]


def test_breaking_out_and_iterating_again_gives_the_same_folder(
    dataset: Dataset, settings: RunSettings, tmp_path: Path
) -> None:
    with new_run(settings, tmp_path / "whole", dataset=dataset) as whole:
        expected = list(whole.training)
        whole.finish()
    with new_run(settings, tmp_path / "broken", dataset=dataset) as run:
        epochs = []
        for epoch in run.training:
            epochs.append(epoch)
            break
        assert not run.training.state.finished
        assert [*epochs, *run.training] == expected
        run.finish()
        assert list(run.training) == []  # a run that has finished stays so
    for name in ("history.jsonl", "model.safetensors", "checkpoint.safetensors", "results.json"):
        assert (tmp_path / "broken" / name).read_bytes() == (tmp_path / "whole" / name).read_bytes(), name


class Failing(Callback):
    """Fails in the second epoch."""

    ended = 0

    def on_epoch(self, training: Training, epoch: EpochRecord) -> None:
        if epoch.epoch == 2:
            raise RuntimeError("the tracker is gone")

    def on_end(self, training: Training) -> None:
        self.ended += 1


class Steps(Callback):
    def __init__(self) -> None:
        self.told: list[int] = []

    def on_steps(self, training: Training, steps: Sequence[StepRecord]) -> None:
        self.told += [record.step for record in steps]


def test_a_failing_callback_ends_the_run_where_it_can_go_on(
    dataset: Dataset, settings: RunSettings, tmp_path: Path
) -> None:
    failing, first, second = Failing(), Steps(), Steps()
    with (
        pytest.raises(RuntimeError, match="the tracker is gone"),
        new_run(settings, tmp_path / "run", dataset=dataset, callbacks=[first, failing]) as run,
    ):
        list(run.training)
    assert failing.ended == 1
    with resumed_run(tmp_path / "run", dataset=dataset, callbacks=[second]) as run:
        list(run.training)
        assert run.training.state.finished == "all 27 steps taken"
    with new_run(settings, tmp_path / "whole", dataset=dataset) as run:
        list(run.training)
    for name in ("model.safetensors", "history.jsonl"):
        assert (tmp_path / "run" / name).read_bytes() == (tmp_path / "whole" / name).read_bytes()
    assert first.told[-1] == 18
    assert second.told[0] <= 19
