"""``chainrule derive``: the backward pass of a forward pass, in the file's own names, proved."""

from __future__ import annotations

import io
import json
import sys
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.text import Text

from chainrule.checking.showing.grades import refuse_to_replace
from chainrule.checking.showing.printable import single_line
from chainrule.cli.check import split_name
from chainrule.errors import InputError
from chainrule.files import write_whole

HELP = """Derive the backward pass of a forward pass written in NumPy, and prove it.

FILE is a Python file or a notebook; FILE:NAME, or --name, derives one function, method or class of it. The lines are
written in the file's own names, run in a copy of the program, and every gradient is compared with the chain rule along
the run and with central differences. The code runs apart, with limits of time and memory.
Exit code: 0 derived and proved, 1 not all of it, 2 it cannot be read.

Examples:

* `chainrule derive neural_net.py`

* `chainrule derive layers.py:affine_forward --comments`

* `chainrule derive net.py --out net_with_backward.py --html derivation.html`
"""
MEGABYTE = 2**20


def command(
    file: Annotated[str, typer.Argument(help="A .py file or notebook, with :NAME or not.", metavar="FILE[:NAME]")],
    name: Annotated[
        str | None, typer.Option(help="The function, method or class whose backward pass is wanted.")
    ] = None,
    comments: Annotated[
        bool, typer.Option("--comments", help="Say beside each line which forward line it undoes.")
    ] = False,
    html: Annotated[Path | None, typer.Option(help="Write the derivation as a page, formulas typeset.")] = None,
    out: Annotated[Path | None, typer.Option(help="Write the whole program with the backward pass in it.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON, and nothing else.")] = False,
    seconds: Annotated[float, typer.Option(min=0.1, max=86400, help="How long it may take.")] = 30.0,
    memory: Annotated[int, typer.Option(min=256, help="How much memory it may take, in MB.")] = 2048,
) -> None:
    """See HELP."""
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="replace")  # code holds characters that not every terminal has
    path, asked = split_name(file)
    if not path.is_file() or path.suffix.lower() not in (".py", ".ipynb"):
        raise InputError(str(path), expected="a .py or .ipynb file", got="another file" if path.exists() else "none")
    _check_outputs(path, html, out)
    from chainrule.checking.derive.files import derive_isolated

    console = Console(quiet=as_json, highlight=False, markup=False, soft_wrap=True)
    with console.status(Text(f"deriving {path}")):
        made = derive_isolated(path, name or asked, seconds=seconds, memory=memory * MEGABYTE)
    from chainrule.checking.derive.words import report

    console.print(report(made, comments=comments), end="")
    if html is not None:
        from chainrule.checking.derive.page import page

        write_whole(html, page(made))
        console.print(f"page: {single_line(str(html))}")
    if out is not None:
        if made.proved:
            write_whole(out, made.program)
            console.print(f"program: {single_line(str(out))}")
        else:
            console.print("no program written: nothing was proved")
    if as_json:
        print(json.dumps(made.as_data(), indent=2))
    raise typer.Exit(0 if made.proved else 1 if made.text or not _unreadable(made.refusals) else 2)


command.__doc__ = HELP


def _check_outputs(path: Path, html: Path | None, out: Path | None) -> None:
    if html is not None:
        from chainrule.checking.derive.page import BEGINNING

        if html.suffix.lower() not in (".html", ".htm"):
            raise InputError("--html", expected="a name that ends in .html", got=str(html))
        refuse_to_replace("--html", html, (BEGINNING,))
    if out is not None:
        if out.suffix.lower() != ".py":
            raise InputError("--out", expected="a name that ends in .py", got=str(out))
        if out.exists():
            raise InputError("--out", expected="a file that is not there yet", got=str(out))
        if path.absolute() == out.absolute():
            raise InputError("--out", expected="another file than the one that is read", got=str(out))


def _unreadable(refusals: tuple[str, ...]) -> bool:
    return any("is not Python" in one or "cannot be read" in one for one in refusals)
