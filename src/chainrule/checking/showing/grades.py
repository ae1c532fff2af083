"""A class's grades: a row a file, written as they come, and which mistakes the class made."""

from __future__ import annotations

import csv
import io
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path

from chainrule.checking.answer import Answer, Verdict
from chainrule.checking.showing.as_json import json_text
from chainrule.checking.showing.printable import single_line
from chainrule.checking.showing.source import Source
from chainrule.checking.showing.words import error_text, reason
from chainrule.errors import InputError
from chainrule.files import storage_errors, write_whole

COLUMNS = ("file", "verdict", "target", "mistakes", "lines", "largest relative error", "seconds", "detail")
BEGINNINGS = {".csv": (",".join(COLUMNS),), ".json": ("[]\n", '[\n  {\n    "verdict"')}
"""How each kind of file begins if this command wrote it."""
PAUSE = 1.0  # seconds between two writings: what a crash can lose
_FORMULA_SIGNS = tuple("=+-@")  # a spreadsheet computes cells that begin so


def grade_row(answer: Answer) -> list[str]:
    """Return one answer as a row of the table."""
    errors = [gradient.relative_error for gradient in answer.gradients.values()]
    details = [finding.message for finding in answer.findings]
    cells = [
        answer.target.file,
        str(answer.verdict),
        answer.target.name,
        "; ".join(finding.mistake for finding in answer.findings),
        "; ".join(Source().place_of(finding).removeprefix("line ") for finding in answer.findings),
        _largest(errors),
        f"{answer.seconds:.2f}",
        reason(answer) if answer.verdict is Verdict.ERROR else " | ".join(details),
    ]
    return [harmless(single_line(cell)) for cell in cells]


def _largest(errors: Sequence[float]) -> str:
    if not errors:
        return ""
    worst = max(errors, key=lambda error: float("inf") if error != error else error)  # not a number is the worst
    return f"{worst:.3g}" if abs(worst) < float("inf") else error_text(worst)


def harmless(cell: str) -> str:
    """Return a cell that no spreadsheet takes for a formula: one that would be gets an apostrophe before it."""
    return f"'{cell}" if cell.startswith(_FORMULA_SIGNS) else cell


class Grades:
    """The file of grades, whole at every moment.

    Parameters
    ----------
    path : Path
        Ends in ``.csv``, or in ``.json`` for an array of what ``--json`` prints.

    Raises
    ------
    InputError
        If the name ends otherwise, or a file is there that this command did not write.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        if path.suffix.lower() not in BEGINNINGS:
            raise InputError("--out", expected="a name that ends in .csv or .json", got=str(path))
        refuse_to_replace("--out", path, BEGINNINGS[path.suffix.lower()])
        self._written = -PAUSE
        if not path.exists():  # what cannot be written is better known now than after the last file
            self.write({})

    def update(self, answers: Mapping[int, Answer]) -> None:
        """Write the answers so far if the last writing is a while ago."""
        if time.monotonic() - self._written >= PAUSE:
            self.write(answers)

    def write(self, answers: Mapping[int, Answer]) -> None:
        """Write the answers, by their numbers."""
        ordered = [answers[number] for number in sorted(answers)]
        write_whole(self.path, json_text(ordered) if self.path.suffix.lower() == ".json" else csv_text(ordered))
        self._written = time.monotonic()


def csv_text(answers: Sequence[Answer]) -> str:
    """Return the table of some answers."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(COLUMNS)
    writer.writerows(grade_row(answer) for answer in answers)
    return text.getvalue()


def refuse_to_replace(option: str, path: Path, beginnings: tuple[str, ...]) -> None:
    """Refuse to overwrite a file that does not begin as one that this command wrote: it may be somebody's work.

    Raises
    ------
    InputError
        If it does not.
    """
    if not path.exists():
        return
    with storage_errors(str(path)), path.open("rb") as file:
        found = file.read(max(map(len, beginnings)))
    if not found.startswith(tuple(beginning.encode() for beginning in beginnings)):
        raise InputError(
            option,
            expected="a new file, or one that this command wrote",
            got=f"{path}, which is something else",
            advice="another name",
        )


def mistake_counts(answers: Sequence[Answer]) -> list[tuple[str, int]]:
    """Return each kind of mistake with the number of files that have it, the most frequent first."""
    counts = Counter(kind for answer in answers for kind in {finding.mistake for finding in answer.findings})
    return sorted(counts.items(), key=lambda item: (-item[1], item[0]))
