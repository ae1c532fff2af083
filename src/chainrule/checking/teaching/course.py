"""The list that a teacher goes through, each item with its share of the time."""

from __future__ import annotations

import time
import warnings
from collections.abc import Callable

import numpy as np

from chainrule.checking.reading import Loaded, Program
from chainrule.checking.reading.limits import TookTooLong, time_limit
from chainrule.checking.teaching.by_heart import learnt_by_heart
from chainrule.checking.teaching.decay import rate_lowered
from chainrule.checking.teaching.edited import left_unchanged
from chainrule.checking.teaching.habits import habits
from chainrule.checking.teaching.initial import own_weights
from chainrule.checking.teaching.overflow import large_scores
from chainrule.checking.teaching.prediction import largest_score
from chainrule.checking.teaching.record import Lessons
from chainrule.checking.teaching.repeat import twice_the_same
from chainrule.checking.teaching.sampling import rows_drawn
from chainrule.checking.teaching.settings import own_settings
from chainrule.checking.teaching.start import loss_at_the_start
from chainrule.checking.teaching.stepping import steps_made
from chainrule.checking.teaching.subject import Subject

Lesson = Callable[[Subject], Lessons]

OF_ANY: tuple[tuple[Lesson, float], ...] = ((twice_the_same, 0.1), (left_unchanged, 0.1))
"""Lessons, each with the part of the time that it may take."""

OF_NETWORKS: tuple[tuple[Lesson, float], ...] = (
    (loss_at_the_start, 0.05),
    (large_scores, 0.1),
    (learnt_by_heart, 0.15),
    (rows_drawn, 0.3),
    (steps_made, 0.3),
    (rate_lowered, 0.2),
    (largest_score, 0.2),
    (habits, 0.05),
    (own_weights, 0.2),
    (own_settings, 0.25),
)


def lessons(program: Program, loaded: Loaded, *, gradients_right: bool, seconds: float) -> Lessons:
    """Go through the list for the first experiment of a program.

    Parameters
    ----------
    program : Program
    loaded : Loaded
    gradients_right : bool
        Whether the gradient check passed.
    seconds : float
        How long the whole list may take; what does not come to its end in its share is left out.
    """
    subject = Subject(program, loaded, gradients_right)
    end = time.monotonic() + seconds
    found = Lessons()
    for lesson, share in (*OF_ANY, *(OF_NETWORKS if subject.is_network else ())):
        limit = min(share * seconds, end - time.monotonic())
        if limit <= 0:
            break
        found += _given(lesson, subject, limit)
    return found


def _given(lesson: Lesson, subject: Subject, seconds: float) -> Lessons:
    """Return what a lesson says; one that does not come to its end says nothing."""
    try:
        with time_limit(seconds), warnings.catch_warnings(), np.errstate(all="ignore"):
            warnings.simplefilter("ignore")
            return lesson(subject)
    except (Exception, SystemExit, TookTooLong):  # whatever a stranger's program may raise
        return Lessons()
