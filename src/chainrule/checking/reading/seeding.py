"""The global random numbers of a program, the same in every run."""

from __future__ import annotations

import random

import numpy as np


def seed_everything() -> None:
    """Begin both of the sequences that a program draws from without a generator of its own."""
    random.seed(0)
    np.random.seed(0)  # noqa: NPY002  # it is the legacy sequence that strangers' programs use
