"""Python code with its comments, strings and keywords told apart, as a quiet editor would."""

from __future__ import annotations

from collections.abc import Sequence
from xml.etree.ElementTree import Element

from pygments.lexers.python import PythonLexer  # type: ignore[import-untyped]
from pygments.token import Comment, Keyword, Name, Number, Operator, String  # type: ignore[import-untyped]

from chainrule.checking.showing.markup import element
from chainrule.checking.showing.printable import printable

_CLASSES = (
    (Comment, "comment"),
    (String, "string"),
    (Keyword, "keyword"),
    (Operator.Word, "keyword"),
    (Number, "digits"),
    (Name.Function, "defined"),
    (Name.Class, "defined"),
)


def highlighted(lines: Sequence[str]) -> list[list[Element | str]]:
    """Return each line as texts and coloured spans."""
    lexer = PythonLexer(stripnl=False, ensurenl=False)
    shown: list[list[Element | str]] = [[]]
    for token, text in lexer.get_tokens("\n".join(map(printable, lines))):
        kind = next((name for group, name in _CLASSES if token in group), None)
        for number, part in enumerate(text.split("\n")):
            if number:
                shown.append([])
            if part:
                shown[-1].append(part if kind is None else element("span", part, class_=kind))
    return shown
