"""What scikit-learn's classes do not have: validation rows, callbacks, dropout, schedules, and so on."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from sklearn.metrics import accuracy_score, log_loss, make_scorer, mean_squared_error

from chainrule.estimator.callbacks import Epoch
from chainrule.sklearn import MLPClassifier, MLPRegressor

from .conftest import SHORT, Problem, fit, make_problem

HELD = make_problem(seed=1)


def test_validation_curves_are_of_the_present_weights(problem: Problem) -> None:
    curve = []
    held = {"X_val": HELD.X, "y_val": HELD.three, "sample_weight_val": HELD.weights}

    def measure(estimator: MLPClassifier, epoch: Epoch) -> None:
        probabilities = estimator.predict_proba(HELD.X)
        curve.append(
            (
                log_loss(HELD.three, probabilities, sample_weight=HELD.weights),
                accuracy_score(HELD.three, estimator.predict(HELD.X), sample_weight=HELD.weights),
            )
        )
        assert (epoch.validation_loss, epoch.validation_score) == pytest.approx(curve[-1])

    estimator = fit(MLPClassifier(**SHORT, callbacks=measure), problem.X, problem.three, **held)
    assert len(curve) == estimator.n_iter_ == SHORT["max_iter"]
    np.testing.assert_allclose(estimator.validation_loss_curve_, [loss for loss, _ in curve])
    np.testing.assert_allclose(estimator.validation_scores_, [score for _, score in curve])


def test_validation_rows_change_no_weight(problem: Problem) -> None:
    alone = fit(MLPRegressor(**SHORT), problem.X, problem.numbers)
    watched = fit(MLPRegressor(**SHORT), problem.X, problem.numbers, X_val=HELD.X, y_val=HELD.numbers)
    np.testing.assert_array_equal(alone.coefs_[0], watched.coefs_[0])
    loss = mean_squared_error(HELD.numbers, watched.predict(HELD.X)) / 2
    assert watched.validation_loss_curve_[-1] == pytest.approx(loss)


def test_early_stopping_on_rows_of_ones_own(problem: Problem) -> None:
    estimator = MLPClassifier(**{**SHORT, "max_iter": 500}, early_stopping=True, n_iter_no_change=3)
    estimator.fit(problem.X, problem.three, X_val=HELD.X, y_val=HELD.three)
    scores = [score for score in estimator.validation_scores_ or [] if score is not None]
    assert estimator.t_ == len(problem.X) * estimator.n_iter_  # nothing was held out
    assert scores.index(max(scores)) + 1 == estimator.best_iteration_
    assert estimator.score(HELD.X, HELD.three) == max(scores)


@pytest.mark.parametrize(
    "scoring",
    ["roc_auc_ovr", "neg_log_loss", "loss", make_scorer(accuracy_score)],
    ids=["roc_auc_ovr", "neg_log_loss", "loss", "function"],
)
def test_early_stopping_on_any_scorer(problem: Problem, scoring: Any) -> None:
    estimator = MLPClassifier(
        **{**SHORT, "max_iter": 300, "learning_rate_init": 0.03}, early_stopping=True, scoring=scoring
    )
    estimator.fit(problem.X, problem.three, X_val=HELD.X, y_val=HELD.three)
    assert estimator.n_iter_ < 300
    scores = [score for score in estimator.validation_scores_ or [] if score is not None]
    assert estimator.best_validation_score_ == max(scores)
    if scoring == "neg_log_loss":
        assert estimator.best_validation_score_ == pytest.approx(-log_loss(HELD.three, estimator.predict_proba(HELD.X)))


def test_the_best_weights_come_back(problem: Problem) -> None:
    settings = {**SHORT, "max_iter": 60, "learning_rate_init": 0.05}
    held = {"X_val": HELD.X, "y_val": HELD.three}
    last = fit(MLPClassifier(**settings), problem.X, problem.three, **held)
    best = fit(MLPClassifier(**settings, restore_best=True), problem.X, problem.three, **held)
    assert last.validation_loss_curve_ == best.validation_loss_curve_
    assert best.best_iteration_ == int(np.argmin(best.validation_loss_curve_)) + 1 < 60
    loss = log_loss(HELD.three, best.predict_proba(HELD.X))
    assert loss == pytest.approx(min(best.validation_loss_curve_))
    assert loss < log_loss(HELD.three, last.predict_proba(HELD.X))


def test_a_callback_ends_training(problem: Problem) -> None:
    epochs: list[Epoch] = []
    callbacks = [lambda _, epoch: epochs.append(epoch), lambda _, epoch: epoch.number == 3]
    estimator = MLPClassifier(**SHORT, callbacks=callbacks).fit(problem.X, problem.three)  # no warning: it was wanted
    assert [epoch.number for epoch in epochs] == [1, 2, 3]
    assert [epoch.loss for epoch in epochs] == estimator.loss_curve_
    assert epochs[0].validation_loss is None


def test_progress_bar(problem: Problem, capsys: pytest.CaptureFixture[str]) -> None:
    fit(MLPClassifier(**SHORT, progress=True), problem.X, problem.three, X_val=HELD.X, y_val=HELD.three)
    shown = capsys.readouterr().out
    assert "6/6" in shown
    assert "validation 0." in shown


def test_dropout(problem: Problem) -> None:
    plain = fit(MLPClassifier(**SHORT, dropout=0.0), problem.X, problem.three)
    once, again = (fit(MLPClassifier(**SHORT, dropout=0.4), problem.X, problem.three) for _ in range(2))
    np.testing.assert_array_equal(once.coefs_[0], again.coefs_[0])
    assert np.abs(once.coefs_[0] - plain.coefs_[0]).max() > 1e-3
    np.testing.assert_array_equal(once.predict_proba(problem.X), once.predict_proba(problem.X))


def test_dropout_keeps_the_expected_output(problem: Problem) -> None:
    """Linear units: with half of them left out and the others doubled, only the variance adds to the squared error."""
    settings = {**SHORT, "hidden_layer_sizes": (300,), "activation": "identity", "batch_size": "auto"}
    losses = [
        np.mean(
            fit(MLPRegressor(**{**settings, "learning_rate_init": 1e-9, "max_iter": 100}, dropout=p), X, y).loss_curve_
        )
        for X, y, p in [(problem.X, problem.number, p) for p in (0.0, 0.5)]
    ]
    assert losses[0] < losses[1] < 1.3 * losses[0]


def test_class_weights_are_sample_weights(problem: Problem) -> None:
    weights = {"ash": 1.0, "birch": 3.0, "cedar": 0.5}
    by_class = fit(MLPClassifier(**SHORT, class_weight=weights), problem.X, problem.three)
    by_row = fit(MLPClassifier(**SHORT), problem.X, problem.three, [weights[name] for name in problem.three])
    np.testing.assert_allclose(by_class.coefs_[0], by_row.coefs_[0], atol=1e-12)
    balanced = fit(MLPClassifier(**SHORT, class_weight="balanced"), problem.X, problem.two, problem.weights)
    assert np.isfinite(balanced.loss_)


@pytest.mark.parametrize("target", ["three", "two", "multilabel"])
def test_label_smoothing_has_its_own_minimum(problem: Problem, target: str) -> None:
    """Without inputs, the best probabilities are the smoothed shares of the classes."""
    y = getattr(problem, target)
    X, smoothing = np.zeros((len(y), 1)), 0.3
    estimator = MLPClassifier((), solver="lbfgs", alpha=0, tol=1e-9, label_smoothing=smoothing, random_state=0)
    found = estimator.fit(X, y).predict_proba(X[:1])[0]
    one_hot = y if target == "multilabel" else y[:, None] == estimator.classes_
    spread = 2 if target == "multilabel" else len(estimator.classes_)
    np.testing.assert_allclose(found, (1 - smoothing) * one_hot.mean(axis=0) + smoothing / spread, atol=1e-5)


@pytest.mark.parametrize("solver", ["sgd", "adam"])
def test_learning_rates(problem: Problem, solver: str) -> None:
    def rates(**options: Any) -> list[float]:
        seen: list[float] = []
        settings = {**SHORT, "solver": solver, "batch_size": "auto", "learning_rate_init": 1.0, "alpha": 0.0}
        settings["learning_rate_init"] = 1e-3
        fit(MLPClassifier(**settings, **options, callbacks=lambda _, e: seen.append(e.learning_rate * 1e3)), X, y)
        return seen

    X, y = problem.X, problem.three
    assert rates(schedule="decay:0.5") == pytest.approx([1, 0.5, 0.25, 0.125, 0.0625, 0.03125])
    assert rates(warm_up=4) == pytest.approx([0.25, 0.5, 0.75, 1, 1, 1])
    assert rates(warm_up=2, schedule="step:3:0.1") == pytest.approx([0.5, 1, 1, 0.1, 0.1, 0.1])
    assert rates(schedule=lambda epochs: 1 / (1 + epochs)) == pytest.approx([1, 1 / 2, 1 / 3, 1 / 4, 1 / 5, 1 / 6])
    cosine = rates(schedule="cosine:2")
    assert cosine[:2] == pytest.approx([0.5, 1])
    assert cosine[1:] == sorted(cosine[1:], reverse=True)
    assert cosine[-1] < 0.2


def test_verbose_lines(problem: Problem, capsys: pytest.CaptureFixture[str]) -> None:
    settings = {**SHORT, "max_iter": 40, "tol": 1, "n_iter_no_change": 1, "solver": "sgd", "learning_rate": "adaptive"}
    MLPClassifier(**settings, verbose=True).fit(problem.X, problem.three)
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].startswith("Iteration 1, loss = ")
    assert "Setting learning rate to 0.002000" in lines[3]
    assert lines[-1].endswith("Learning rate too small. Stopping.")


def test_ctrl_c_keeps_what_was_learned(problem: Problem) -> None:
    def interrupt(_: MLPClassifier, epoch: Epoch) -> None:
        if epoch.number == 2:
            raise KeyboardInterrupt

    estimator = MLPClassifier(**SHORT, callbacks=interrupt)
    with pytest.warns(UserWarning, match="Training interrupted by user"):
        estimator.fit(problem.X, problem.three)
    assert len(estimator.loss_curve_) == 2
    twice = fit(MLPClassifier(**{**SHORT, "max_iter": 2}), problem.X, problem.three)
    np.testing.assert_array_equal(estimator.coefs_[0], twice.coefs_[0])


def test_parameters_may_change_between_fits(problem: Problem) -> None:
    estimator = MLPClassifier(**SHORT, warm_start=True, solver="lbfgs")
    for options in ({}, {"solver": "adam"}, {"early_stopping": True}, {"early_stopping": False}, {"solver": "sgd"}):
        before = estimator.loss_ if hasattr(estimator, "loss_") else np.inf
        fit(estimator.set_params(**options), problem.X, problem.three)
        assert estimator.loss_ < 1.2 * before


def test_calls_of_compiled_code_are_short(problem: Problem, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = fit(MLPClassifier(**SHORT), problem.X, problem.three)
    monkeypatch.setattr("chainrule.estimator.descent.CALL_PRODUCTS", 1)
    parts = fit(MLPClassifier(**SHORT), problem.X, problem.three)
    np.testing.assert_array_equal(whole.coefs_[0], parts.coefs_[0])
    assert whole.loss_curve_ == pytest.approx(parts.loss_curve_)
