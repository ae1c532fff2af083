"""A system without Landlock and filters."""

from __future__ import annotations

from tests.checking.isolation.entries import run_text as run_text
from tests.checking.isolation.entries import turn_off

turn_off("give_up_files", "filter_calls")
