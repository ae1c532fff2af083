"""What TensorBoard's own reader finds in the event files of a run."""

from __future__ import annotations

import io
import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

from chainrule.errors import InputError
from chainrule.network.model import Model
from chainrule.report.filters import draw_filters, first_layer_weights
from chainrule.report.tensorboard import TensorBoard
from chainrule.training.history import EpochRecord, StepRecord
from chainrule.training.run_folder import RunFolder

from ..conftest import Run

TRAIN = ("train", "--epochs", 3, "--hidden", "7,5", "-q")


def read(folder: Path) -> EventAccumulator:
    everything = EventAccumulator(str(folder), dict.fromkeys(("scalars", "histograms", "images"), 0))
    return everything.Reload()


def scalars(events: EventAccumulator, tag: str) -> dict[int, float]:
    return {event.step: event.value for event in events.Scalars(tag)}


def test_everything_that_the_history_has_is_there(chainrule: Run) -> None:
    assert chainrule(*TRAIN, "--out", "run", "--tensorboard", "events").code == 0
    events, history = read(Path("events")), RunFolder(Path("run")).read_history()
    steps = [record for record in history if isinstance(record, StepRecord)]
    epochs = [record for record in history if isinstance(record, EpochRecord)]
    expected = {record.step: record.data_loss for record in steps}
    assert scalars(events, "data_loss/mini_batch") == pytest.approx(expected, rel=1e-6)
    for layer in (1, 2, 3):
        assert scalars(events, f"penalty/W{layer}") == pytest.approx(
            {record.step: record.penalties[layer - 1] for record in steps}, rel=1e-6
        )
    by_tag = {
        "data_loss/training": "data_loss",
        "data_loss/validation": "validation_loss",
        "accuracy/training": "train_accuracy",
        "accuracy/validation": "validation_accuracy",
        "learning_rate": "learning_rate",
    }
    for tag, name in by_tag.items():
        assert scalars(events, tag) == pytest.approx({e.step: getattr(e, name) for e in epochs}, rel=1e-6)
    assert scalars(events, "dead_units/layer_2") == pytest.approx({e.step: e.dead_units[1] for e in epochs})
    assert scalars(events, "update_ratio/W3") == pytest.approx({e.step: e.update_ratios["W3"] for e in epochs})
    assert scalars(events, "gradient_norm/b1") == pytest.approx({e.step: e.gradient_norms["b1"] for e in epochs})


def test_histograms_and_pictures_are_of_the_weights(chainrule: Run) -> None:
    assert chainrule(*TRAIN, "--out", "run", "--tensorboard", "events").code == 0
    events, model = read(Path("events")), Model.load(Path("run/model.safetensors"))
    for name in ("W1", "b1", "W2", "b2", "W3", "b3"):
        told, array = events.Histograms(f"parameters/{name}"), model.parameters[name].astype(np.float64)
        last = told[-1].histogram_value
        assert (len(told), last.num) == (3, array.size)
        assert (last.min, last.max, last.sum) == pytest.approx((array.min(), array.max(), array.sum()))
        within = (array <= last.bucket_limit[25]).sum()
        assert sum(last.bucket[:26]) == pytest.approx(within, abs=1)  # a value on a bucket's edge may be on either side
    pictures = events.Images("first_layer")
    assert len(pictures) == 3
    shown = np.asarray(Image.open(io.BytesIO(pictures[-1].encoded_image_string)))
    weights = first_layer_weights(model.parameters, model.preprocessing)
    np.testing.assert_array_equal(shown, draw_filters(weights, (8, 8, 1))[..., 0])


def test_a_table_has_no_pictures(chainrule: Run, tmp_path: Path) -> None:
    (tmp_path / "data.csv").write_text("a,b,label\n" + "".join(f"{i},{i % 7},{'xy'[i % 2]}\n" for i in range(40)))
    words = ("--data", "data.csv", "--epochs", 2, "-q", "--tensorboard", "events")
    assert chainrule("train", *words).code == 0
    assert read(Path("events")).Tags()["images"] == []


def test_steps_that_are_taken_again_are_told_once(chainrule: Run, dataset_events: Path) -> None:
    """As after a crash: events of steps beyond the checkpoint, then a run that goes on from it."""
    assert chainrule(*TRAIN, "--out", "run", "--tensorboard", dataset_events).code == 0
    first = scalars(read(dataset_events), "data_loss/mini_batch")
    again = TensorBoard(dataset_events, goes_on=True)
    again.on_steps(None, [StepRecord(step, 7.0, ()) for step in (100, 101)])  # type: ignore[arg-type]
    again.on_end(None)  # type: ignore[arg-type]
    assert scalars(read(dataset_events), "data_loss/mini_batch") == {
        **{step: loss for step, loss in first.items() if step < 100},
        100: 7.0,
        101: 7.0,
    }


@pytest.fixture
def dataset_events(tmp_path: Path) -> Path:
    return tmp_path / "events" / "first"


def test_a_resumed_run_may_add_to_its_events(chainrule: Run) -> None:
    assert chainrule(*TRAIN, "--out", "run", "--tensorboard", "events").code == 0
    assert chainrule("train", "--resume", "run", "-q", "--tensorboard", "events").code == 0


def test_two_runs_are_not_mixed(chainrule: Run) -> None:
    assert chainrule(*TRAIN, "--out", "one", "--tensorboard", "events").code == 0
    outcome = chainrule(*TRAIN, "--out", "two", "--tensorboard", "events")
    assert outcome.code == 2
    assert "--tensorboard: expected a folder without the events of another run, got events" in outcome.err
    assert f"try: --tensorboard {Path('events/second')}" in outcome.err
    assert not Path("two").exists()
    assert chainrule(*TRAIN, "--out", "two", "--tensorboard", "events/second").code == 0


def test_a_file_in_the_place_of_the_folder(chainrule: Run) -> None:
    Path("events").write_text("")
    outcome = chainrule(*TRAIN, "--out", "run", "--tensorboard", "events")
    assert (outcome.code, "--tensorboard: expected a folder, got events, a file" in outcome.err) == (2, True)


def test_without_tensorboard_the_error_says_how_to_get_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "tensorboard.compat.proto.event_pb2", None)
    with pytest.raises(InputError, match=r"try: pip install 'chainrule\[tensorboard\]'"):
        TensorBoard(tmp_path)


def test_a_picture_of_weights() -> None:
    weights = np.zeros((12, 3))
    weights[:, 1] = np.linspace(-2, 2, 12)
    sheet = draw_filters(weights, (2, 2, 3))
    assert sheet.shape == (5, 5, 3)
    assert (sheet[:2, :2] == 128).all()  # a unit of zeros is grey
    assert (sheet[0, 3, 0], sheet[1, 4, 2]) == (0, 255)
    assert (sheet[3:, 3:] == 255).all()  # there is no fourth unit
    assert draw_filters(np.ones((4, 500)), (2, 2, 1)).shape == (29, 29, 1)
