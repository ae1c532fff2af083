"""Rows and labels that go through a network together."""

from __future__ import annotations

from dataclasses import dataclass

from numpy import ndarray


@dataclass(frozen=True)
class Batch:
    """What one step of training learns from."""

    rows: ndarray
    """(n,) places in X"""
    labels: ndarray
    """(n,) classes"""
