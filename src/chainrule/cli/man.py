"""The manual page, made from the commands as they are: ``chainrule --man | man -l -``."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Any

from chainrule.version import __version__

EXIT_STATUS = {
    "0": "Done; a check found nothing wrong.",
    "1": "A finding or a failure: a wrong gradient, a file that could not be read beside others that could, a loss "
    "that left the finite numbers.",
    "2": "Something given cannot be used: an option, a file, a folder that takes nothing.",
    "130": "Interrupted. What was done is saved, and the message says how to go on.",
}
ENVIRONMENT = {
    "CHAINRULE_CACHE": "The folder for downloads, decoded images and compiled code.",
    "CHAINRULE_DEBUG": "If set, a mistake of chainrule's own shows its traceback.",
    "NUMBA_CACHE_DIR": "Another place for the compiled code alone.",
}


def manual_page(group: Any, context: Any) -> str:
    """Return the page as roff, with every command, option and example of the command line.

    Parameters
    ----------
    group, context
        Of Click, or of the copy of it that newer versions of Typer bring along: hence no type.
    """
    return "\n".join(
        [
            f'.TH CHAINRULE 1 "" "chainrule {__version__}" "User Commands"',
            ".SH NAME",
            r"chainrule \- neural networks whose every gradient is written by hand and proved",
            ".SH SYNOPSIS",
            r".B chainrule",
            r".I COMMAND",
            r"[\fIOPTIONS\fR] [\fIARGUMENTS\fR]",
            ".SH DESCRIPTION",
            *_paragraphs(group.help or ""),
            *_options(group, context),
            ".SH COMMANDS",
            *(line for name, command in group.commands.items() for line in _command(name, command, context)),
            ".SH EXIT STATUS",
            *_terms(EXIT_STATUS),
            ".SH ENVIRONMENT",
            *_terms(ENVIRONMENT),
            "",
        ]
    )


def _command(name: str, command: Any, parent: Any) -> Iterator[str]:
    context = type(parent)(command, info_name=name, parent=parent)
    usage = " ".join(command.collect_usage_pieces(context))
    yield f".SS chainrule {_escaped(name)}"
    yield rf".B chainrule {_escaped(name)}"
    yield _escaped(usage)
    yield from _paragraphs(command.help or "")
    yield from _options(command, context)


def _options(command: Any, context: Any) -> Iterator[str]:
    """Yield the arguments and options, those of a panel of the help under its name."""
    panel = None
    for parameter in command.get_params(context):
        record = parameter.get_help_record(context)
        if record is None:
            continue
        heading = getattr(parameter, "rich_help_panel", None)
        if heading != panel and heading is not None:
            yield ".PP"
            yield rf"\fI{_escaped(heading)}\fR"
        panel = heading
        yield from _terms({record[0]: record[1]})


def _terms(meanings: dict[str, str]) -> Iterator[str]:
    for term, meaning in meanings.items():
        yield ".TP 8"
        yield rf"\fB{_escaped(term)}\fR"
        yield _escaped(" ".join(meaning.split()))


def _paragraphs(markdown: str) -> Iterator[str]:
    """Yield a help text as roff: paragraphs, bullets, and code in bold."""
    for block in re.split(r"\n\s*\n", markdown.strip()):
        text = " ".join(block.split())
        if text.startswith("* "):
            yield ".IP \\(bu 2"
            text = text[2:]
        else:
            yield ".PP"
        yield _coded(text)


def _coded(text: str) -> str:
    parts: Sequence[str] = re.split(r"`([^`]*)`", text)  # every second part stood between backticks
    return "".join(rf"\fB{_escaped(part)}\fR" if number % 2 else _escaped(part) for number, part in enumerate(parts))


def _escaped(text: str) -> str:
    """Return text as roff prints it literally."""
    escaped = text.replace("\\", r"\e").replace("-", r"\-")
    return rf"\&{escaped}" if escaped.startswith((".", "'")) else escaped
