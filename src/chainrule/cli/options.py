"""Command-line options made from the table of settings, so that a setting is described in one place."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable
from types import NoneType
from typing import Annotated, Any, Literal, get_args, get_origin

import typer

from chainrule.errors import InputError
from chainrule.training.settings import SECTION_OF, SECTIONS
from chainrule.training.settings_file import option_name

PANELS = {"data": "Data", "network": "Network", "training": "Training"}
NOT_OPTIONS = ("source",)  # it is called --data


def takes_settings(command: Callable[..., None]) -> Callable[..., None]:
    """Give a command an option for every setting; it receives them as ``options``, None where one is not given."""
    own = [p for name, p in inspect.signature(command, eval_str=True).parameters.items() if name != "options"]
    settings = [parameter_of(name) for name in SECTION_OF if name not in NOT_OPTIONS]

    @functools.wraps(command)
    def with_options(**values: Any) -> None:
        options = {name: read_option(name, values.pop(name)) for name in SECTION_OF if name in values}
        command(**values, options=options)

    with_options.__signature__ = inspect.Signature([*own, *settings])  # type: ignore[attr-defined]
    with_options.__annotations__ = {p.name: p.annotation for p in (*own, *settings)}
    return with_options


def read_option(name: str, value: Any) -> Any:
    """Turn ``512,256`` and ``32x32`` into numbers; other values are as they should be already."""
    if value is None or name not in ("hidden", "image_size"):
        return value
    words = [] if value == "none" else value.split("," if name == "hidden" else "x")
    try:
        return tuple(int(word) for word in words)
    except ValueError:
        example = "1024, or 512,256, or none" if name == "hidden" else "32x32"
        raise InputError(option_name(name), expected=example, got=repr(value)) from None


def parameter_of(name: str) -> inspect.Parameter:
    """Return the option of one setting."""
    section = SECTION_OF[name]
    field = SECTIONS[section].model_fields[name]
    kind, metavar = _kind(field.annotation)
    flag = option_name(name)
    if kind is bool:
        flag += flag.replace("--", "/--no-", 1)
    default = ",".join(map(str, field.default)) if name == "hidden" else field.default
    info = typer.Option(
        flag,
        help=f"{field.description}" + (f" (default {default})" if default not in (None, True, False) else ""),
        metavar=metavar,
        rich_help_panel=PANELS[section],
    )
    annotation = Annotated[kind | None, info]  # type: ignore[valid-type]  # made at run time
    return inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY, default=None, annotation=annotation)


def _kind(annotation: Any) -> tuple[type, str | None]:
    """Return the type that the command line reads, and how its value is shown in the help."""
    choices = [kind for kind in get_args(annotation) or (annotation,) if kind is not NoneType]
    if get_origin(annotation) is Literal:
        return str, "|".join(choices)
    kind = choices[0]
    if kind in (int, float, bool):
        return kind, None
    return str, "TEXT"
