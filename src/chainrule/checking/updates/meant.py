"""Is an objective to be made small or large?"""

from __future__ import annotations

import re

from chainrule.checking.roles.problem import Objective, Origin

LOSS = re.compile(r"loss|cost|err|nll|entropy|mse|sse|rmse|energy|penalt|regret|^neg|^[JELC]$", re.IGNORECASE)
REWARD = re.compile(r"reward|return|utility|gain|profit|likelihood|(^|_)ll($|_)|log_?prob|log_?lik|elbo|score|fitness|benefit|payoff", re.I)


def direction(objective: Objective) -> int:
    """Return -1 for a loss, 1 for what is maximised, 0 where nothing tells."""
    if objective.origin is Origin.SUPPOSED:
        return -1
    if LOSS.search(objective.name) and "the loss" != objective.name:
        return -1
    return 1 if REWARD.search(objective.name) else 0
