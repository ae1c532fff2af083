"""This system with all that it offers."""

from __future__ import annotations

from tests.checking.isolation.entries import run_text as run_text
