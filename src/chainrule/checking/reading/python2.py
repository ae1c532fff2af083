"""Python 2 written as Python 3, line for line: what a parser of today refuses, and nothing else.

Division is left alone: ``/`` between whole numbers was a whole number, and only whoever checks can say whether that
matters. What was renamed (``xrange``, ``unicode``) is bound to its new name when the program is run.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

TOKEN = re.compile(
    r"""(?P<string>(?:[uUbBrRfF]{0,2})(?:\"{3}(?:\\.|[^\\])*?\"{3}|'{3}(?:\\.|[^\\])*?'{3}
                                  |\"(?:\\.|[^\\\"\n])*\"|'(?:\\.|[^\\'\n])*'))
      | (?P<comment>\#[^\n]*)
      | (?P<joined>\\\n)
      | (?P<newline>\n)
      | (?P<space>[ \t]+)
      | (?P<number>0[0-7]+[lL]?(?![\w.])|0[xX][0-9a-fA-F]+[lL]?|\d+[lL](?!\w)|(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?[jJ]?)
      | (?P<name>[^\W\d]\w*)
      | (?P<operator><>|\*\*|//|>>|<<|[=!<>]=|.)""",
    re.VERBOSE | re.DOTALL,
)
WHITE = ("space", "comment", "joined")


@dataclass
class Token:
    """A piece of text; all of them together are the file."""

    kind: str
    text: str

    @property
    def white(self) -> bool:
        return self.kind in WHITE


def in_python_3(lines: list[str]) -> list[str]:
    """Return lines of Python 2 as Python 3, as many as there were."""
    tokens = [Token(str(match.lastgroup), match[0]) for match in TOKEN.finditer("\n".join(lines))]
    for token in tokens:
        _respell(token)
    _backticks(tokens)
    for statement in _statements(tokens):
        _rewrite(statement)
    return "".join(token.text for token in tokens).split("\n")


def _respell(token: Token) -> None:
    if token.kind == "number" and token.text[-1] in "lL":
        token.text = token.text[:-1]
    if token.kind == "number" and re.fullmatch(r"0[0-7]+", token.text):
        token.text = "0o" + token.text[1:]
    elif token.kind == "string":
        token.text = re.sub(r"^[uU]([rR])", r"\1", token.text)
    elif token.text == "<>":
        token.text = "!="


def _backticks(tokens: list[Token]) -> None:
    opening = True
    for token in tokens:
        if token.text == "`":
            token.text = "repr(" if opening else ")"
            opening = not opening


def _statements(tokens: list[Token]) -> Iterator[list[Token]]:
    """Yield the tokens of each simple statement, and of each head of a compound one with its colon."""
    depth, current, in_lambda = 0, [], 0
    for token in tokens:
        if token.text in ("(", "[", "{"):
            depth += 1
        elif token.text in (")", "]", "}"):
            depth = max(depth - 1, 0)
        ends = depth == 0 and (token.kind == "newline" or (token.kind == "operator" and token.text in (";", ":")))
        if token.text == "lambda" and depth == 0:
            in_lambda += 1
        if ends and token.text == ":" and in_lambda:
            in_lambda -= 1
            ends = False
        if not ends:
            current.append(token)
            continue
        if token.text == ":":
            current.append(token)
        yield current
        current, in_lambda = [], 0
    yield current


def _rewrite(statement: list[Token]) -> None:
    words = [token for token in statement if not token.white]
    if not words:
        return
    first = words[0].text
    if first == "print":
        _call(statement, words, skip=">>")
    elif first == "exec" and not (len(words) > 1 and words[1].text == "("):
        _call(statement, words, skip="")
        for word in words:
            word.text = "," if word.text == "in" else word.text
    elif first == "raise":
        _raise(words)
    elif first == "except":
        _except(words)


def _call(statement: list[Token], words: list[Token], skip: str) -> None:
    """Write ``print a, b`` as ``print(a, b)``; where it goes (``>>f``) becomes one more thing that is printed."""
    rest = words[1:]
    if rest and rest[0].text in ("=", ".", ","):
        return  # a variable of that name
    if rest and rest[0].text == "(" and rest[-1].text == ")" and _one_pair(rest):
        return  # it is a call already
    if rest and skip and rest[0].text == skip:
        rest[0].text = ""
    words[0].text += "("
    space = statement.index(words[0]) + 1
    if space < len(statement) and statement[space].kind == "space":
        statement[space].text = ""
    words[-1].text += ")"


def _one_pair(words: list[Token]) -> bool:
    """Whether the bracket that opens first closes last."""
    depth = 0
    for word in words[:-1]:
        depth += (word.text in ("(", "[", "{")) - (word.text in (")", "]", "}"))
        if depth == 0:
            return False
    return True


def _commas(words: list[Token]) -> list[int]:
    """Return where the commas outside of brackets are."""
    depth, found = 0, []
    for index, word in enumerate(words):
        depth += (word.text in ("(", "[", "{")) - (word.text in (")", "]", "}"))
        if depth == 0 and word.text == ",":
            found.append(index)
    return found


def _raise(words: list[Token]) -> None:
    """Write ``raise E, "what"`` as ``raise E("what")``."""
    commas = _commas(words)
    if commas:
        words[commas[0]].text = "("
        words[-1].text += ")"


def _except(words: list[Token]) -> None:
    """Write ``except E, e:`` as ``except E as e:``."""
    commas = _commas(words)
    if commas:
        words[commas[0]].text = " as"
