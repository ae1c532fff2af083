"""A system that offers nothing but resource limits and /proc."""

from __future__ import annotations

from tests.checking.isolation.entries import run_text as run_text
from tests.checking.isolation.entries import turn_off

turn_off("own_processes", "own_mounts", "own_network", "give_up_files", "filter_calls")
