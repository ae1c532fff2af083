"""How much each setting mattered: the part of the scores' variance that it explains, as Optuna computes it."""

from __future__ import annotations

from collections.abc import Sequence

from chainrule.tuning.space import Space
from chainrule.tuning.trial import Trial

FEWEST = 8  # trials from which the answer means something


def importances(space: Space, trials: Sequence[Trial]) -> dict[str, float]:
    """Return the importance of every setting, most important first; empty where too little is known.

    The fANOVA of Hutter et al. (2014), over all trials that were measured, those stopped early with the score they
    had by then.
    """
    import optuna
    from optuna.importance import FanovaImportanceEvaluator, get_param_importances
    from optuna.trial import create_trial

    measured = [trial for trial in trials if trial.last is not None]
    if len(measured) < FEWEST or len({trial.score for trial in measured}) < 2:
        return {}
    optuna.logging.set_verbosity(optuna.logging.ERROR)
    study, distributions = optuna.create_study(direction="maximize"), space.distributions()
    for trial in measured:
        study.add_trial(create_trial(value=trial.score, params=dict(trial.params), distributions=distributions))
    found = get_param_importances(study, evaluator=FanovaImportanceEvaluator(seed=0))
    return {name: float(found[name]) for name in sorted(found, key=lambda name: (-found[name], name))}
