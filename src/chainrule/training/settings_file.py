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
from chainrule.training.rules import RuleSettings
from chainrule.training.settings import SECTION_OF, RunSettings
from chainrule.version import __version__

_EXPECTED = {
    "greater_than": "a number above {gt:g}",
    "greater_than_equal": "a number from {ge:g}",
    "less_than": "a number below {lt:g}",
    "literal_error": "{expected}",
    "missing": "two numbers",
    "less_than_equal": "a number up to {le:g}",
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
    rule = (options or {}).get("rule")
    if rule is not None and rule != sections.get("training", {}).get("rule", rule):  # another rule has other numbers
        for name in RuleSettings.__dataclass_fields__:
            if (options or {}).get(name) is None:
                merged["training"].pop(name, None)
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


def option_name(setting: str) -> str:
    """Return the option that a setting is given by on the command line."""
    return "--data" if setting == "source" else f"--{setting.replace('_', '-')}"


def _input_error(error: ValidationError) -> InputError:
    """Say in a person's words what pydantic found first."""
    first = error.errors(include_url=False)[0]
    cause = first.get("ctx", {}).get("error")
    if isinstance(cause, InputError):
        return cause
    place = [str(part) for part in first["loc"]]
    names = [part for part in place if part in SECTION_OF]
    who = option_name(names[0]) if names else f"setting {'.'.join(place)}"
    if first["type"] == "extra_forbidden":
        at_top = len(place) == 1
        known = list(RunSettings.model_fields) if at_top else list(SECTION_OF)
        close = difflib.get_close_matches(place[-1], known, n=1)
        found_in = "" if at_top or not close else f", in [{SECTION_OF[close[0]]}]"
        return InputError(
            f"setting {'.'.join(place)}",
            expected=f"a section: {', '.join(known)}" if at_top else f"a setting of [{place[0]}]",
            got="an unknown name",
            advice=f"{close[0]}{found_in}" if close else "",
        )
    expected = _EXPECTED.get(first["type"], first["msg"]).format(**first.get("ctx", {}))
    return InputError(who, expected=expected, got=repr(first["input"]))
