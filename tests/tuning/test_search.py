"""A whole search: what it finds, that it is the same again, and that it looks at nothing it should not."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from chainrule.errors import DivergedError
from chainrule.network.model import Model
from chainrule.runs import new_run
from chainrule.tensor_file import kind_of
from chainrule.training.settings_file import build_settings, load_settings
from chainrule.tuning.ensemble import Ensemble
from chainrule.tuning.session import Session, opened
from chainrule.tuning.trial import DIVERGED, FINISHED, RUNNING, Trial, ranked

from .conftest import Tune


def told(session: Session) -> list[tuple[Any, ...]]:
    """Everything of a search that a clock does not decide."""
    return [
        (trial.number, trial.params, trial.state, [(p.steps, p.accuracies, p.loss) for p in trial.curve])
        for trial in session.search.trials.values()
    ]


def test_same_seed_same_results(tune: Tune) -> None:
    first, again, other = (tune(name, {"seed": seed})[0] for name, seed in (("a", 0), ("b", 0), ("c", 1)))
    assert told(first) == told(again) != told(other)


def test_trials_are_stopped_at_rungs_and_the_best_trained_to_the_end(tune: Tune) -> None:
    session, results = tune(trials=24, reduction=2)
    trials = list(session.search.trials.values())
    assert sum(results["trials"].values()) == len(trials) == 24
    assert [len(of(session, generation)) for generation in range(4)] == [4, 8, 8, 4]
    assert results["trials"][FINISHED] == 4  # of each generation, one
    for trial in trials:
        assert (trial.curve[-1].steps == session.search.total_steps(trial)) == (trial.state == FINISHED)
        assert [point.steps for point in trial.curve] == sorted({point.steps for point in trial.curve})
        assert list(trial.curve) == sorted(trial.curve, key=lambda point: point.elapsed)
    assert results["best"]["score"] == max(trial.score for trial in trials)
    assert results["best"]["accuracy"] > 0.8


KINDS: dict[str, dict[str, Any]] = {
    "as it is by default": {},
    "dropout and smoothed labels": {"dropout": "0.2,0.4", "label_smoothing": 0.1},
    "another activation": {"activation": "tanh,logistic", "dropout": 0.1, "rule": "momentum,adam"},
}


@pytest.mark.parametrize("kind", KINDS)
def test_the_winner_is_the_network_that_train_would_have_made(tune: Tune, tmp_path: Path, kind: str) -> None:
    session, results = tune(options=KINDS[kind], stopping="none", trials=6)
    settings = build_settings(load_settings(session.folder.best))
    with new_run(settings, tmp_path / "alone") as run:
        for _ in run.training:
            pass
        alone = run.finish()
    assert alone.validation.accuracy == results["best"]["accuracy"]
    assert alone.validation.data_loss == pytest.approx(results["best"]["loss"], rel=1e-5)
    ours, theirs = (Model.load(folder / "model.safetensors") for folder in (session.folder.path, tmp_path / "alone"))
    np.testing.assert_allclose(ours.parameters.buffer, theirs.parameters.buffer, rtol=1e-3, atol=1e-5)


def test_the_test_split_is_read_by_final_test_alone(tune: Tune, rows: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def forbidden(*_: object) -> float:
        raise AssertionError("the test split was read")

    session, without = tune("a", trials=4)
    data = session.search.problem.data
    content = dict(np.load(rows))
    content["X"][data.test.index] = 1e3  # what the test rows are changes nothing
    content["y"][data.test.index] = content["y"][data.test.index][::-1]
    _, judged = tune("b", trials=4, final_test=True)
    assert judged["test_accuracy"] > 0.7
    monkeypatch.setattr("chainrule.tuning.winner.test_accuracy", forbidden)
    _, again = tune("c", trials=4)
    assert without["test_accuracy"] is None
    assert again["best"]["score"] == without["best"]["score"] == judged["best"]["score"]
    material = session.search.problem.material
    assert not set(data.test.index) & (set(material.train) | set(material.validation))


def test_seeds_give_a_spread_that_counts(tune: Tune) -> None:
    session, results = tune(seeds=3, trials=8)
    assert all(len(point.accuracies) == 3 for trial in session.search.trials.values() for point in trial.curve)
    best = results["best"]
    assert best["score"] == pytest.approx(best["accuracy"] - best["spread"] / 3**0.5)
    order = ranked(list(session.search.trials.values()))
    assert [trial.score for trial in order] == sorted((trial.score for trial in order), reverse=True)


def test_folds_rank_on_every_row_once(tune: Tune) -> None:
    session, results = tune(folds=4, trials=6, stopping="none", ensemble=4)
    problem = session.search.problem
    assert len(problem.material.validation) == len(problem.data.train) + len(problem.data.validation)
    assert len(session.search.trials[0].curve[-1].accuracies) == 4
    assert results["retrained"]
    assert results["ensemble"]["networks"] == 4
    assert 0.7 < results["best"]["accuracy"] <= 1


def test_an_ensemble_is_one_file_that_averages_probabilities(tune: Tune) -> None:
    session, results = tune(ensemble=5, trials=8, final_test=True)
    assert kind_of(session.folder.ensemble) == "ensemble"
    ensemble = Ensemble.load(session.folder.ensemble)
    assert ensemble.image_shape == ensemble.models[0].image_shape
    data = session.search.problem.data
    X = data.dataset.train.X[data.validation.index]
    mean = np.mean([model.predict_proba(X) for model in ensemble.models], axis=0)
    np.testing.assert_allclose(ensemble.predict_proba(X), mean)
    right = float((ensemble.predict(X) == data.validation.labels).mean())
    assert results["ensemble"] == {"networks": 5, "validation_accuracy": right}
    best = [trial.number for trial in ranked(list(session.search.trials.values()))[:5]]
    kept = sorted(int(path.name.split("-")[0]) for path in session.folder.kept.iterdir())
    assert kept == sorted(best)
    assert results["ensemble_test_accuracy"] > 0.7


def test_the_winner_is_trained_again_on_more_rows_if_asked(tune: Tune) -> None:
    (first, _), (again, results) = tune("a", trials=4), tune("b", trials=4, retrain=True)
    assert results["retrained"]
    ours, more = (Model.load(session.folder.model).parameters.buffer for session in (first, again))
    assert not np.array_equal(ours, more)


def test_a_budget_ends_the_search_with_what_is_known(tune: Tune) -> None:
    options = {"epochs": 2000, "hidden": "64,128"}
    session, results = tune(options=options, trials=None, budget=1.5)
    assert results["seconds"] >= 1.5
    trials = session.search.trials.values()
    assert not [trial for trial in trials if trial.curve and trial.state == RUNNING]  # what was measured has ended
    assert results["best"]["accuracy"] > 0.5
    assert any("was stopped after" in warning for warning in results["warnings"])
    assert session.folder.best.exists()


def test_what_diverges_is_dropped_and_the_others_are_not_touched(tune: Tune) -> None:
    wild, results = tune("a", {"learning_rate": "0.1,1e30", "hidden": "8", "batch_size": "16"}, trials=2)
    assert results["trials"][DIVERGED] == 1
    assert results["best"]["learning_rate"] == 0.1
    with pytest.raises(DivergedError, match="no trial has an accuracy"):
        tune("b", {"learning_rate": "1e29,1e30", "hidden": "8", "batch_size": "16"}, trials=2)
    broken = next(trial for trial in wild.search.trials.values() if trial.state == DIVERGED)
    assert broken.score == 0


def test_hyperband_and_grid_go_through_with_what_they_should(tune: Tune) -> None:
    session, _ = tune("a", stopping="hyperband", trials=20, reduction=2)
    shortest = [min(trial.curve[-1].steps for trial in of(session, generation)) for generation in (0, 1, 2)]
    assert shortest == sorted(set(shortest))
    session, results = tune("b", {"learning_rate": "log:1e-2:1:3"}, sampler="grid", trials=None)
    assert sum(results["trials"].values()) == 3 * 3 * 2
    points = {tuple(trial.params.items()) for trial in session.search.trials.values()}
    assert len(points) == 18


def of(session: Session, generation: int) -> list[Trial]:
    return [trial for trial in session.search.trials.values() if trial.generation == generation]


def test_the_best_at_the_edge_is_told(tune: Tune) -> None:
    _, results = tune(options={"learning_rate": "1e-6,2e-6,4e-6", "hidden": "8", "batch_size": "16"}, trials=3)
    if results["best"]["learning_rate"] != 2e-6:
        assert "look beyond it" in results["warnings"][0]
        assert "learning rate" in results["warnings"][0]


def test_a_search_that_could_not_begin_leaves_nothing(request_for: Any, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="--batch-size"), opened(request_for("x", {"batch_size": "16,9999"})):
        pass
    with pytest.raises(ValueError, match="--storage"), opened(request_for("x", storage="sqlite:////nowhere/at/all.db")):
        pass
    assert [path.name for path in tmp_path.iterdir()] == ["clouds.npz"]
