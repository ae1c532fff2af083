"""Options of ``chainrule tune``: those of ``train``, where a setting that can be searched takes a space as text."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable
from typing import Annotated, Any

import typer

from chainrule.cli.options import NOT_OPTIONS, parameter_of, read_option
from chainrule.training.settings import SECTION_OF, SECTIONS
from chainrule.training.settings_file import option_name
from chainrule.tuning.problem import NOT_SEARCHED
from chainrule.tuning.space import SEARCHABLE

SEARCHED = "Searched: values or a space, VALUE,VALUE,... or log:LOW:HIGH or lin:LOW:HIGH"


def takes_space(command: Callable[..., None]) -> Callable[..., None]:
    """Give a command an option for every setting of a search; it receives them as ``options``, None if not given."""
    own = [p for name, p in inspect.signature(command, eval_str=True).parameters.items() if name != "options"]
    names = [name for name in SECTION_OF if name not in (*NOT_OPTIONS, *NOT_SEARCHED)]
    settings = [_space_parameter(name) if name in SEARCHABLE else parameter_of(name) for name in names]

    @functools.wraps(command)
    def with_options(**values: Any) -> None:
        options = {name: _read(name, values.pop(name)) for name in names}
        command(**values, options=options)

    with_options.__signature__ = inspect.Signature([*own, *settings])  # type: ignore[attr-defined]
    with_options.__annotations__ = {p.name: p.annotation for p in (*own, *settings)}
    return with_options


def _read(name: str, value: Any) -> Any:
    return value if name in SEARCHABLE else read_option(name, value)


def _space_parameter(name: str) -> inspect.Parameter:
    """Return the option of a setting that can be searched."""
    description = SECTIONS[SECTION_OF[name]].model_fields[name].description
    if name == "hidden":
        description = "units of the hidden layer, 64,256,1024; 512-256 stands for two layers, none for no hidden layer"
    info = typer.Option(option_name(name), help=description, metavar="SPACE", rich_help_panel=SEARCHED)
    return inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY, default=None, annotation=Annotated[str | None, info])
