"""The command line: which commands there are, and how an error leaves."""

from __future__ import annotations

import functools
import os
import signal
import sys
from collections.abc import Callable
from importlib import import_module
from typing import Annotated, Any

import typer

from chainrule.errors import ChainruleError, InterruptedByUser

COMMANDS = {
    "train": "Train a network on images or a table, and leave a run folder.",
    "evaluate": "Judge a run: accuracy, classes, confusions.",
    "predict": "Name the class of images or rows.",
    "tune": "Search for the best settings: many networks trained as one.",
    "check": "Find the wrong line of a backward pass, and prove what it should be.",
    "derive": "Write the backward pass of a forward pass, and prove it.",
    "export": "Write a run's model as ONNX, or for PyTorch.",
    "info": "Say what this machine is, and how fast its matrix product.",
    "data": "Say what a data set is; draw a contact sheet.",
}


def main() -> None:
    """Run the command line; every error a user can cause is a message and an exit code, never a traceback."""
    try:
        _application()(prog_name="chainrule")
    except ChainruleError as error:
        _leave(f"chainrule: {error}", error.exit_code)
    except KeyboardInterrupt:
        _leave("chainrule: interrupted", InterruptedByUser.exit_code)
    except BrokenPipeError:  # the reader of our output has gone, as `| head` does
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(1)
    except OSError as error:
        _leave(f"chainrule: {error.filename or 'output'}: {error.strerror or error}", 2)
    except MemoryError as error:
        _leave(f"chainrule: not enough memory ({error})\n  try: a smaller --batch-size, --hidden or --image-size", 1)
    except Exception as error:
        if "CHAINRULE_DEBUG" in os.environ:
            raise
        _leave(
            f"chainrule: a mistake of chainrule's own: {type(error).__name__}: {error}\n"
            "  try: the same with CHAINRULE_DEBUG=1, and send what it prints to the project's issues",
            1,
        )


def _leave(message: str, code: int) -> None:
    print(message, file=sys.stderr)
    sys.exit(code)


def _application() -> typer.Typer:
    """Build the commands; only the module of the one that is called for is imported, so that --help is quick."""
    app = typer.Typer(
        help="Train neural networks whose every gradient is written by hand and proved.",
        no_args_is_help=True,
        invoke_without_command=True,
        context_settings={"help_option_names": ["-h", "--help"]},
        pretty_exceptions_enable=False,
        rich_markup_mode="markdown",
    )
    app.callback()(_general_options)
    called = next((word for word in sys.argv[1:] if word in COMMANDS), None)
    needs_all = "--man" in sys.argv or any(name.endswith("_COMPLETE") for name in os.environ)
    for name, summary in COMMANDS.items():
        if needs_all or name == called:
            app.command(name)(_interruptible(import_module(f"chainrule.cli.{name}").command))
        else:
            app.command(name, help=summary)(_only_listed)
    return app


def _interruptible(command: Callable[..., None]) -> Callable[..., None]:
    """Have Ctrl-C and SIGTERM end a command with a word and all its cleaning up; typer would end it in silence."""

    @functools.wraps(command)
    def run(*arguments: Any, **options: Any) -> None:
        signal.signal(signal.SIGTERM, signal.default_int_handler)
        try:
            command(*arguments, **options)
        except KeyboardInterrupt:
            raise InterruptedByUser("interrupted") from None

    return run


def _only_listed() -> None:
    """Stand for a command in the list of commands; it is never called, because its name is not on the line."""


def _general_options(
    context: typer.Context,
    version: Annotated[bool, typer.Option("--version", help="Print the version and leave.")] = False,
    man: Annotated[bool, typer.Option("--man", help="Print the manual page: chainrule --man | man -l -")] = False,
) -> None:
    if version:
        from chainrule.version import __version__

        print(f"chainrule {__version__}")
        sys.exit(0)
    if man:
        from chainrule.cli.man import manual_page

        print(manual_page(context.command, context), end="")
        sys.exit(0)
