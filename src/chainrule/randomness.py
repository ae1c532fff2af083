"""Every random number of a run, from one seed: a stream of its own for each purpose and each epoch.

A stream depends on (seed, purpose, index) and on nothing drawn before it, so a run can be continued from any
step without having saved a generator.
"""

from __future__ import annotations

from enum import IntEnum

import numpy as np


class Purpose(IntEnum):
    """What a stream is drawn for; the numbers are part of every run's result and never change."""

    SPLIT = 1
    INITIAL_WEIGHTS = 2
    ORDER = 3
    SAMPLE = 4


def stream(seed: int, purpose: Purpose, index: int = 0) -> np.random.Generator:
    """Return the generator of ``purpose`` number ``index`` (an epoch, a class, a layer) under ``seed``."""
    return np.random.Generator(np.random.PCG64(np.random.SeedSequence([seed, int(purpose), index])))
