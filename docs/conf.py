"""The site: `make docs` builds it into build/docs from the Markdown beside this file and the package's docstrings."""

from __future__ import annotations

import sys
from pathlib import Path

import ziamath

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE / "extensions"))

from chainrule.version import __version__  # noqa: E402

project = "chainrule"
author = "the chainrule authors"
copyright = "the chainrule authors, BSD-3-Clause"
release = version = __version__

extensions = [
    "myst_parser",
    "sphinx.ext.autodoc",
    "sphinx.ext.viewcode",
    "numpydoc",
    "commands",  # the four below are in extensions/
    "mathml",
    "not_run",
    "source_links",
]
exclude_patterns = ["extensions", "static"]
templates_path: list[str] = []

myst_enable_extensions = ["dollarmath", "deflist"]
myst_heading_anchors = 3  # the same anchors as on the pages of a repository
myst_dmath_double_inline = True

autodoc_member_order = "bysource"
autodoc_typehints = "signature"
autodoc_default_options = {"members": True}
numpydoc_show_class_members = False
numpydoc_class_members_toctree = False
python_use_unqualified_type_names = True
python_maximum_signature_line_length = 90

html_theme = "furo"
html_title = "chainrule"
html_static_path = ["static", str(Path(ziamath.__file__).parent / "fonts" / "STIXTwoMath-Regular.ttf")]
html_css_files = ["site.css"]
html_math_renderer = "mathml"
html_show_sphinx = False
html_copy_source = False
pygments_style = "friendly"
pygments_dark_style = "github-dark"
html_theme_options = {"navigation_with_keys": True}
