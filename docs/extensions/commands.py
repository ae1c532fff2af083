"""The page of the commands, written from the commands: `<!-- commands -->` in a page becomes all that --help says."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from typing import Any
from unittest import mock

MARK = "<!-- commands -->"


def commands_page() -> str:
    """Return every command with its usage, help, arguments and options, the exit codes and variables, as Markdown."""
    from typer.main import get_command

    from chainrule.cli import _application
    from chainrule.cli.man import ENVIRONMENT, EXIT_STATUS

    with mock.patch.object(sys, "argv", ["chainrule", "--man"]):  # the manual page needs all commands too
        group: Any = get_command(_application())
    context = group.make_context("chainrule", [], resilient_parsing=True)
    lines = [line for name, command in group.commands.items() for line in _command(name, command, context)]
    lines += ["## Without a command", *_parameters(group, context)]
    lines += ["## Exit codes", *_terms(EXIT_STATUS), "## Environment", *_terms(ENVIRONMENT)]
    return "\n\n".join(lines)


def _command(name: str, command: Any, parent: Any) -> Iterator[str]:
    context = type(parent)(command, info_name=name, parent=parent)
    yield f"## chainrule {name}"
    yield f"```text\nchainrule {name} {' '.join(command.collect_usage_pieces(context))}\n```"
    yield command.help or ""
    yield from _parameters(command, context)


def _parameters(command: Any, context: Any) -> Iterator[str]:
    """Yield arguments and options as definition lists, those of a panel of the help under its name."""
    panel = None
    for parameter in command.get_params(context):
        record = parameter.get_help_record(context)
        if record is None:
            continue
        heading = getattr(parameter, "rich_help_panel", None)
        if heading != panel and heading is not None:
            yield f"**{heading}**"
        panel = heading
        yield from _terms({record[0]: record[1]})


def _terms(meanings: dict[str, str]) -> Iterator[str]:
    for term, meaning in meanings.items():
        yield f"`{' '.join(term.split())}`\n: {_plain(' '.join(meaning.split()))}"


def _plain(text: str) -> str:
    """Return a line of help as Markdown that prints it literally."""
    return "".join(rf"\{letter}" if letter in r"\`*_{}[]<>|$#" else letter for letter in text)


def _fill(_: object, __: str, source: list[str]) -> None:
    if MARK in source[0]:
        source[0] = source[0].replace(MARK, commands_page())


def setup(app: Any) -> dict[str, Any]:
    """Have Sphinx fill the mark in every page as it is read."""
    app.connect("source-read", _fill)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
