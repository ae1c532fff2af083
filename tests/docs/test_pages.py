"""Every block of code in the documentation is run, or stands in the source, or says that it is not run."""

from __future__ import annotations

import re
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path

import matplotlib
import numpy as np
import pytest
from PIL import Image
from sklearn.datasets import load_digits

from ..conftest import Run
from .compare import first_missing, shape_of
from .load import extension
from .pages import PAGES, ROOT, blocks_of, in_project, read
from .reader import Reader, commands

each_page = pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
LANGUAGES = {"python", "console", "text", "sh", "toml"}


@pytest.fixture
def files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The examples, and two digits as picture files, as a user might have them; modules of the folder are found."""
    shutil.copytree(ROOT / "examples", tmp_path / "examples")
    digits = load_digits()
    for i in (3, 7):
        pixels = np.rint(digits.images[i] * 255 / 16).astype(np.uint8)
        Image.fromarray(pixels).save(tmp_path / f"scan-{digits.target[i]}.png")
    monkeypatch.syspath_prepend(tmp_path)
    matplotlib.use("agg")
    yield
    for name, module in list(sys.modules.items()):
        if str(getattr(module, "__file__", None)).startswith(str(tmp_path)):
            del sys.modules[name]


@each_page
@pytest.mark.usefixtures("files")
def test_a_page_does_what_it_says(page: Path, chainrule: Run) -> None:
    Reader(chainrule).follow(page.name, blocks_of(read(page)))


@each_page
def test_every_block_has_a_kind(page: Path) -> None:
    for block in blocks_of(read(page)):
        assert block.language in LANGUAGES or block.language.startswith("{"), f"{page.name}, line {block.line}"
        assert block.language != "console" or block.text.startswith("$ "), f"{page.name}, line {block.line}"


def test_few_blocks_are_not_run_and_each_for_a_reason() -> None:
    why_not_run = extension("not_run").why_not_run
    blocks = [block for page in PAGES for block in blocks_of(read(page))]
    left_out = [block for block in blocks if block.language == "sh"]
    for block in left_out:
        assert why_not_run(block.text), f"this could be run, as console:\n{block.text}"
    assert len(left_out) <= len(blocks) / 6


@each_page
def test_quoted_code_stands_in_the_source(page: Path) -> None:
    for block in blocks_of(read(page)):
        if block.quoted_file:
            assert is_quoted_exactly(block.text, read(block.quoted_file)), f"{page.name}, line {block.line}"


def squeezed(text: str) -> str:
    return re.sub(r"\s+", "", text)


def is_quoted_exactly(quote: str, source: str) -> bool:
    """Whether every line of the quote is a line of the source (but for spaces and a comment), in the same order."""
    lines = iter([squeezed(line.partition("  #")[0]) for line in source.splitlines()])
    return all(squeezed(line) in lines for line in quote.splitlines())


@each_page
def test_links_lead_somewhere(page: Path) -> None:
    prose = re.sub(r"```.*?```", "", read(page), flags=re.DOTALL)
    headings = {
        re.sub(r"[^\w -]", "", heading).lower().replace(" ", "-")
        for heading in re.findall(r"^#+ (.*)$", prose, re.MULTILINE)
    }
    for link in re.findall(r"\]\(([^)\s]+)\)", prose):
        if link.startswith("#"):
            assert link[1:] in headings, link
        elif "://" not in link:
            assert in_project(page, link.partition("#")[0]).exists(), link


@pytest.mark.parametrize(
    "wrong", ["return da * (da > 0)", "return da *", "return da * (z > 0)\nreturn np.maximum(z, 0)"]
)
def test_a_wrong_quote_is_seen(wrong: str) -> None:
    relu = in_project(ROOT / "README.md", "src/chainrule/network/relu.py")
    assert is_quoted_exactly("return np.maximum(z, 0)\nreturn da * (z > 0)", read(relu))
    assert not is_quoted_exactly(wrong, read(relu))


def test_other_output_is_seen() -> None:
    assert shape_of("test accuracy        98.61 %") == shape_of("test accuracy        97.22 %")
    assert shape_of("test accuracy        98.61 %") != shape_of("train accuracy       98.61 %")
    printed = "one\ntwo 2.0\nthree\nfour\n"
    assert first_missing("two 3.1\nthree", printed) is None
    assert first_missing("one\n...\nfour\n", printed) is None
    assert first_missing("one\nthree", printed) == "one"
    assert first_missing("three\n...\none", printed) == "one"
    assert first_missing("one\n2\n", printed) == "2"


@pytest.mark.parametrize(
    "wrong",
    [
        "```console\n$ chainrule --version\nchainpull 0.1.0\n```",
        "```console\n$ chainrule data nowhere.csv\n```",
        "```console\n$ rm -r runs\n```",
        "```python\nprint(1)\n```\n\n```text\none\n```",
        "```python\nassert False\n```",
    ],
)
def test_a_wrong_page_is_seen(wrong: str, chainrule: Run) -> None:
    with pytest.raises(AssertionError):
        Reader(chainrule).follow("wrong.md", blocks_of(wrong))


def test_a_block_of_several_commands() -> None:
    assert list(commands("$ chainrule a \\\n  b\nshown\n$ chainrule c\n")) == [
        ("chainrule a    b", "shown\n"),
        ("chainrule c", ""),
    ]
