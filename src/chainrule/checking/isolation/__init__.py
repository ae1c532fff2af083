"""Run a function of ours, which goes on to run a stranger's Python code, in a separate and limited process.

``run_isolated`` runs one request, ``run_many`` many at once. ``docs/isolation.md`` says what is enforced where.
"""

from __future__ import annotations

from chainrule.checking.isolation.errors import IsolationError as IsolationError
from chainrule.checking.isolation.limits import Limits as Limits
from chainrule.checking.isolation.outcome import Kind as Kind
from chainrule.checking.isolation.outcome import Outcome as Outcome
from chainrule.checking.isolation.run import run_isolated as run_isolated
from chainrule.checking.isolation.run import run_many as run_many

__all__ = ["IsolationError", "Kind", "Limits", "Outcome", "run_isolated", "run_many"]
