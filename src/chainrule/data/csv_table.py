"""A comma-separated file to columns: numbers wherever numbers are wanted, and the cell that is none by its place."""

from __future__ import annotations

import codecs
from collections.abc import Callable, Collection
from pathlib import Path
from typing import TYPE_CHECKING

from chainrule.errors import InputError

if TYPE_CHECKING:
    import pyarrow as pa
    from pyarrow import csv


def load_csv(path: Path, text_columns: Callable[[list[str]], Collection[str]]) -> pa.Table:
    """Read some columns as text and every other as float64, null where a cell is empty or says NA or NaN.

    Parameters
    ----------
    text_columns : callable
        Chooses the columns that are text (the labels) among the names in the first line, or raises.

    Raises
    ------
    InputError
        If rows differ in length, a feature is no number, or the file is no text.
    """
    import pyarrow as pa
    from pyarrow import csv

    _refuse_other_encodings(path)
    names = _column_names(path)
    texts = text_columns(names)
    kinds = {name: pa.string() if name in texts else pa.float64() for name in names}
    ragged = _Ragged()  # is told the number of a row only where no threads read
    try:
        return csv.read_csv(
            path,
            read_options=csv.ReadOptions(column_names=names, skip_rows=1, use_threads=False),
            parse_options=csv.ParseOptions(invalid_row_handler=ragged, newlines_in_values=True),
            convert_options=csv.ConvertOptions(column_types=kinds),
        )
    except pa.ArrowInvalid as error:
        ragged.refuse(path)
        _refuse_text(path, names, texts)
        raise InputError(str(path), expected="a comma-separated table", got=f"something else ({error})") from error


class _Ragged:
    """Remembers the first row whose number of cells is not that of the first line."""

    def __init__(self) -> None:
        self.row: csv.InvalidRow | None = None

    def __call__(self, row: csv.InvalidRow) -> str:
        self.row = self.row or row
        return "error"

    def refuse(self, path: Path) -> None:
        if self.row is not None:
            raise InputError(
                str(path),
                expected=f"{self.row.expected_columns} values in every row, as in the first line",
                got=f"{self.row.actual_columns}",
                where="" if self.row.number is None else f"line {self.row.number:,}: {self.row.text[:60]}",
                advice="complete the row, or put quotes around a value that holds a comma",
            )


def _refuse_other_encodings(path: Path) -> None:
    decoder = codecs.getincrementaldecoder("utf-8")()
    try:
        with path.open("rb") as file:
            while block := file.read(1 << 20):
                decoder.decode(block)
            decoder.decode(b"", final=True)
    except UnicodeDecodeError as error:
        raise InputError(
            str(path),
            expected="text in UTF-8",
            got=f"other bytes ({error.object[error.start : error.end]!r})",
            advice="save the table as CSV in UTF-8",
        ) from error


def _column_names(path: Path) -> list[str]:
    """Return the names in the first line, stripped of blanks."""
    import csv

    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            names = [name.strip() for name in next(csv.reader(file), [])]
    except csv.Error as error:
        raise InputError(str(path), expected="a comma-separated table", got=f"something else ({error})") from error
    if len(names) < 2:
        raise InputError(
            str(path),
            expected="a first line with the names of two columns or more, separated by commas",
            got=f"{names[0][:60]!r}" if names else "an empty file",
            advice="if other characters separate the columns, put commas in their place" if names else "",
        )
    if all(_is_number(name) for name in names):
        raise InputError(
            str(path),
            expected="a first line that names the columns",
            got=f"the numbers {', '.join(names[:4])}",
            advice="put a line with a name for every column first",
        )
    return names


def _refuse_text(path: Path, names: list[str], texts: Collection[str]) -> None:
    """Read once more, as text, to name the first cell of a feature that is no number."""
    import pyarrow as pa
    from pyarrow import csv

    try:
        table = csv.read_csv(
            path,
            read_options=csv.ReadOptions(column_names=names, skip_rows=1),
            parse_options=csv.ParseOptions(newlines_in_values=True),
            convert_options=csv.ConvertOptions(
                column_types=dict.fromkeys(names, pa.string()), strings_can_be_null=True
            ),
        )
    except pa.ArrowInvalid:
        return
    for name in names:
        cells = enumerate(table[name].to_pylist(), start=1)
        text = next(((row, cell) for row, cell in cells if cell is not None and not _is_number(cell)), None)
        if name not in texts and text is not None:
            raise InputError(
                str(path),
                expected="features that are numbers",
                got=f"{text[1]!r}",
                where=f"column {name}, row {text[0]:,}",
                advice="leave the column out, or turn it into numbers (a column of 0 and 1 for each category)",
            )


def _is_number(cell: str) -> bool:
    try:
        float(cell)
    except ValueError:
        return False
    return True
