"""All the programs."""

from __future__ import annotations

from tests.checking.programs.classes import CLASSES
from tests.checking.programs.functions import FUNCTIONS
from tests.checking.programs.others import OTHERS
from tests.checking.programs.program import Program

PROGRAMS: tuple[Program, ...] = (*CLASSES, *FUNCTIONS, *OTHERS)
