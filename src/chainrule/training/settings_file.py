"""Settings from TOML and from options to a checked record, and back to TOML; errors name the option or key."""

from __future__ import annotations

import difflib
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from chainrule.errors import InputError
from chainrule.files import storage_errors
from chainrule.training.settings import SECTION_OF, RunSettings
from chainrule.version import __version__

_EXPECTED = {
    "greater_than": "a number above {gt:g}",
    "greater_than_equal": "a number from {ge:g}",
    "less_than": "a number below {lt:g}",
    "literal_error": "{expected}",
    "int_parsing": "a whole number",
    "int_type": "a whole number",
    "int_from_float": "a whole number",
    "float_parsing": "a number",
    "float_type": "a number",
    "finite_number": "a finite number",
    "string_type": "a text in quotes",
    "bool_parsing": "true or false",
    "bool_type": "true or false",
    "tuple_type": "a list of whole numbers",
    "too_short": "a list of {min_length} numbers",
    "too_long": "a list of {max_length} numbers",
    "model_type": "a table of settings, [section]",
}


def build_settings(sections: Mapping[str, Any], options: Mapping[str, Any] | None = None) -> RunSettings:
    """Check settings given by section, with options by name laid over them (None: not given).

    Raises
    ------
    InputError
        Naming the first setting that is unknown or out of its range.
    """
    merged = {name: dict(values) if isinstance(values, Mapping) else values for name, values in sections.items()}
    for name, value in (options or {}).items():
        if value is not None:
            merged.setdefault(SECTION_OF[name], {})[name] = value
    if options and (options.get("steps") or options.get("epochs")):  # an option's length replaces the file's
        dropped = "epochs" if options.get("steps") else "steps"
        if options.get(dropped) is None:
            merged["training"].pop(dropped, None)
    try:
        return RunSettings.model_validate(merged)
    except ValidationError as error:
        raise _input_error(error) from None


def load_settings(path: Path) -> dict[str, Any]:
    """Read a TOML file of settings, unchecked, by section.

    Raises
    ------
    InputError
        If it is no TOML.
    StorageError
        If it cannot be read.
    """
    with storage_errors(str(path)):
        text = path.read_bytes()
    try:
        return tomllib.loads(text.decode())
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise InputError(str(path), expected="settings as TOML", got="something else", where=str(error)) from None


def dump_settings(settings: RunSettings) -> str:
    """Write settings as TOML that :func:`load_settings` and a person can read."""
    import tomli_w

    values = settings.model_dump(exclude_none=True, mode="json")
    return f"# chainrule {__version__}; `chainrule train --config` with this file repeats the run\n\n" + tomli_w.dumps(
        values
    )


def _input_error(error: ValidationError) -> InputError:
    """Say in a person's words what pydantic found first."""
    first = error.errors(include_url=False)[0]
    cause = first.get("ctx", {}).get("error")
    if isinstance(cause, InputError):
        return cause
    place = [str(part) for part in first["loc"]]
    names = [part for part in place if part in SECTION_OF]
    who = f"--{names[0].replace('_', '-')}" if names else f"setting {'.'.join(place)}"
    if first["type"] == "extra_forbidden":
        known = list(SECTION_OF) if len(place) > 1 else list(RunSettings.model_fields)
        close = difflib.get_close_matches(place[-1], known, n=1)
        return InputError(
            f"setting {'.'.join(place)}",
            expected="a setting of " + ("a section " + ", ".join(known) if len(place) == 1 else f"[{place[0]}]"),
            got=f"an unknown name, {place[-1]}",
            advice=f"{close[0]}, in [{SECTION_OF.get(close[0], close[0])}]" if close else "",
        )
    expected = _EXPECTED.get(first["type"], first["msg"]).format(**first.get("ctx", {}))
    return InputError(who, expected=expected, got=repr(first["input"]))
