"""What a search keeps is a study of Optuna's that anybody can open: a notebook, or its dashboard."""

from __future__ import annotations

from pathlib import Path

import optuna
import pytest
from optuna.storages import JournalStorage
from optuna.storages.journal import JournalFileBackend
from optuna.trial import TrialState

from chainrule.tuning.trial import FINISHED, STOPPED

from .conftest import Tune


@pytest.mark.parametrize("kind", ["journal", "database"])
def test_plain_optuna_opens_a_search(tune: Tune, tmp_path: Path, kind: str) -> None:
    url = f"sqlite:///{tmp_path}/trials.db" if kind == "database" else None
    session, results = tune(trials=16, storage=url)
    storage = url or JournalStorage(JournalFileBackend(str(session.folder.journal)))
    study = optuna.load_study(study_name="clouds", storage=storage)
    assert study.direction.name == "MAXIMIZE"
    ours = session.search.trials
    assert {trial.number: trial.params for trial in study.trials} == {n: trial.params for n, trial in ours.items()}
    states = {TrialState.COMPLETE: FINISHED, TrialState.PRUNED: STOPPED}
    assert {trial.number: states[trial.state] for trial in study.trials} == {n: t.state for n, t in ours.items()}
    assert study.best_value == max(trial.score for trial in ours.values() if trial.state == FINISHED)
    for trial in study.trials:  # the curve that a dashboard draws: where it stood at each rung
        assert trial.intermediate_values
        assert set(trial.intermediate_values.items()) <= {(p.steps, p.score) for p in ours[trial.number].curve}
    assert sum(results["trials"].values()) == len(study.trials_dataframe())


def test_a_dashboard_may_write_too(tune: Tune) -> None:
    """Its lock is another one, so neither waits for the other."""
    session, _ = tune(trials=8)
    storage = JournalStorage(JournalFileBackend(str(session.folder.journal)))
    study = optuna.load_study(study_name="clouds", storage=storage)
    study.set_user_attr("note", "worth a second look")
    assert session.search.ledger.study.user_attrs["note"] == "worth a second look"
