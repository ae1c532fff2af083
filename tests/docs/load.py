"""The extensions of the site, which are no package, as modules."""

from __future__ import annotations

import importlib.util
from typing import Any

from .pages import ROOT


def extension(name: str) -> Any:
    """Return the module ``docs/extensions/NAME.py``."""
    spec = importlib.util.spec_from_file_location(name, ROOT / "docs" / "extensions" / f"{name}.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module
