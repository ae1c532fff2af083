"""An answer in a terminal or a pipe: the verdict first, then each mistake with its line, its formulas and its fix."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable

from rich.console import Console
from rich.text import Text

from chainrule.checking.answer import Answer, Finding, Verdict
from chainrule.checking.showing.diff import common_indentation, diff
from chainrule.checking.showing.printable import printable, single_line
from chainrule.checking.showing.source import Source
from chainrule.checking.showing.words import departure, error_text, headline, proof, reason, story

AROUND = 2  # lines of context on either side
WIDEST = 100  # prose in longer lines is hard to read
COLOURS = {Verdict.CORRECT: "bold green", Verdict.WRONG: "bold red", Verdict.ERROR: "bold yellow"}


def print_answer(console: Console, answer: Answer, source: Source) -> None:
    """Print everything that an answer says.

    No text of the file is read as markup: all of it goes through ``Text``.
    """
    shown = _Terminal(console)
    shown.verdict(answer)
    for number, finding in enumerate(answer.findings, 1):
        shown.finding(finding, number, answer, source)
    shown.gradients(answer)
    shown.bullets("what was checked", answer.checked)
    shown.bullets("what was not checked", answer.not_checked[answer.verdict is Verdict.ERROR :])
    shown.conventions(answer)
    shown.notes(answer, source)
    shown.line(f"{answer.seconds:.1f} s", style="dim")


class _Terminal:
    """Prints the parts of an answer, each in its own paragraph."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._width = min(console.width, WIDEST)

    def line(self, *parts: str | tuple[str, str], style: str = "") -> None:
        """Print a line as long as it is; parts are texts, or texts with a style."""
        safe = [(printable(part), "") if isinstance(part, str) else (printable(part[0]), part[1]) for part in parts]
        self._console.print(Text.assemble(*safe, style=style), soft_wrap=True, highlight=False)

    def prose(self, text: str, *, indent: str = "", hanging: str | None = None, style: str = "") -> None:
        """Print a text in lines that fit; its own line ends stay."""
        for paragraph in printable(text).splitlines():
            rest = indent if hanging is None else hanging
            lines = textwrap.wrap(
                paragraph, self._width, initial_indent=indent, subsequent_indent=rest, break_on_hyphens=False
            )
            for line in lines:
                self.line(line, style=style)
            indent = rest

    def verdict(self, answer: Answer) -> None:
        named = filter(None, (single_line(answer.target.file), single_line(answer.target.name)))
        self.line((str(answer.verdict).upper(), COLOURS[answer.verdict]), "  ", "  ".join(named))
        self.prose(headline(answer))
        if answer.verdict is Verdict.ERROR:
            self.prose(reason(answer))
        self.line()

    def finding(self, finding: Finding, number: int, answer: Answer, source: Source) -> None:
        which = f"{number}. " if len(answer.findings) > 1 else ""
        title = single_line(f"{source.place_of(finding)}: {finding.mistake}")
        self.line((f"{which}{title}", "bold"))
        self.line()
        self._context(finding, source)
        self.line()
        self.prose(story(finding, source.place_of(finding)), indent="  ")
        if known := departure(finding, answer):
            self.line(f"  {single_line(known)}")
        self._formulas(finding)
        if finding.fix is not None:
            self.line()
            for change in diff(finding.fix, source):
                self.line(
                    f"  {change.sign} {change.text}".rstrip(), style={"-": "red", "+": "green"}.get(change.sign, "")
                )
        self.line()
        self.prose(proof(finding, answer), indent="  ", style="green" if finding.verified else "")
        self.line()

    def _context(self, finding: Finding, source: Source) -> None:
        """Print the lines of a finding, marked, between their neighbours."""
        blamed = source.positions_of(finding)
        if not blamed:
            return
        first = max(blamed.start - AROUND, 0)
        lines = source.code[first : blamed.stop + AROUND]
        margin = common_indentation([printable(code.text) for code in lines])
        digits = max(len(code.number) for code in lines)
        for position, code in enumerate(lines, first):
            text = printable(code.text)[margin:]
            mark = ">" if position in blamed else " "
            self.line(
                f"{mark} {code.number:>{digits}} | {text}".rstrip(), style="bold red" if position in blamed else ""
            )

    def _formulas(self, finding: Finding) -> None:
        used, expected = single_line(finding.used), single_line(finding.expected)
        if used or expected:
            self.line()
        if used:
            self.line("  used      ", (used, "red"))
        if expected:
            self.line("  expected  ", (expected, "green"))

    def gradients(self, answer: Answer) -> None:
        if not answer.gradients:
            return
        names = {name: single_line(name) for name in answer.gradients}
        width = max(8, *map(len, names.values()))
        self.line((f"{'gradient':{width}}  relative error", "bold"))
        for name, gradient in answer.gradients.items():
            word, style = ("right", "green") if gradient.ok else ("WRONG", "bold red")
            self.line(f"{names[name]:{width}}  {error_text(gradient.relative_error):>14}  ", (word, style))
        self.line()

    def bullets(self, title: str, items: Iterable[str]) -> None:
        items = list(items)
        if items:
            self.line((title, "bold"))
            for item in items:
                self.prose(item, indent="  - ", hanging="    ")
            self.line()

    def conventions(self, answer: Answer) -> None:
        self.bullets("how it was read", [f"{name}: {said}" for name, said in answer.target.conventions.items()])

    def notes(self, answer: Answer, source: Source) -> None:
        self.bullets("notes", [source.note(note) for note in answer.notes])
