"""The site leads to every page, and its reference leaves out no command and no public name."""

from __future__ import annotations

import re

import pytest

import chainrule
from chainrule.cli import COMMANDS

from .load import extension
from .pages import PAGES, ROOT, read

INDEX = ROOT / "docs" / "index.md"


def test_every_page_is_in_the_navigation_once() -> None:
    listed = [
        name
        for tree in re.findall(r"```\{toctree\}\n(.*?)```", read(INDEX), re.DOTALL)
        for name in re.findall(r"^[\w-]+$", tree, re.MULTILINE)
    ]
    assert sorted(listed) == sorted(page.stem for page in PAGES if page.parent == INDEX.parent and page != INDEX)


def test_every_page_begins_with_its_title() -> None:
    for page in PAGES:
        assert re.match(r"# \S", read(page).lstrip()), page.name


def test_every_command_is_on_its_page() -> None:
    page = extension("commands").commands_page()
    for name in COMMANDS:
        assert f"\n\n## chainrule {name}\n\n" in f"\n\n{page}"
    for text in ("`--hidden TEXT`\n: units", "`130`\n: Interrupted", "`CHAINRULE_CACHE`\n: "):
        assert text in page


def test_every_public_name_is_in_the_reference() -> None:
    documented = set(re.findall(r"^\.\. auto\w+:: (\S+)$", read(ROOT / "docs" / "python.md"), re.MULTILINE))
    public = {f"chainrule.{name}" for name in chainrule.__all__ if not name.startswith("_")}
    assert public <= documented


def test_formulas_are_mathml() -> None:
    pytest.importorskip("latex2mathml")
    mathml = extension("mathml").mathml
    assert "<mi>probs</mi>" in mathml(r"\mathrm{probs}[n, c]", "inline")
    assert '<mi>log</mi><mspace width="0.1667em" /><mi>p</mi>' in mathml(r"-\log p", "inline")
    with pytest.raises(ValueError, match=r"no MathML for \\nonsense"):
        mathml(r"x + \nonsense", "inline")
