"""Formulas as MathML, made when the site is built: browsers set it themselves, so no page needs a script for it."""

from __future__ import annotations

from html import unescape
from typing import Any
from xml.etree import ElementTree
from xml.etree.ElementTree import Element

from latex2mathml.converter import convert_to_element

THIN = "0.1667em"


def mathml(tex: str, display: str) -> str:
    """Return a formula of TeX as MathML.

    Parameters
    ----------
    tex : str
    display : {"inline", "block"}

    Raises
    ------
    ValueError
        If it has a command that is not known.
    """
    formula = convert_to_element(tex, display=display)
    for node in formula.iter():
        node.text = unescape(node.text or "")
        if "\\" in node.text:
            raise ValueError(f"no MathML for {node.text} in {tex}")
        _join_letters(node)
        if node.tag == "mo" and (_is_word(node) or node.text == "\N{PARTIAL DIFFERENTIAL}"):
            node.tag = "mi"  # a name: as an operator it would stand in wide spaces
    for node in list(formula.iter("mrow")):
        _space_functions(node)
    return ElementTree.tostring(formula, encoding="unicode")


def _join_letters(row: Element) -> None:
    """Make one name of upright letters that stand each for itself: ``probs``."""
    letters = list(row)
    if len(letters) > 1 and all(letter.get("mathvariant") == "normal" for letter in letters):
        for letter in letters:
            row.remove(letter)
        ElementTree.SubElement(row, "mi").text = "".join(letter.text or "" for letter in letters)


def _space_functions(row: Element) -> None:
    """Set log, exp, ... off from what they stand beside, unless it is a bracket or an operator."""
    nodes = list(row)
    for at, node in reversed(list(enumerate(nodes))):
        if not _is_function(node):
            continue
        if at + 1 < len(nodes) and nodes[at + 1].tag != "mo":
            row.insert(at + 1, Element("mspace", width=THIN))
        if at > 0 and (nodes[at - 1].tag != "mo" or nodes[at - 1].text in (")", "]")):
            row.insert(at, Element("mspace", width=THIN))


def _is_function(node: Element) -> bool:
    return _is_function(node[0]) if node.tag in ("msub", "munder") else node.tag == "mi" and _is_word(node)


def _is_word(node: Element) -> bool:
    return len(node.text or "") > 1 and str(node.text).isalpha()


def _visit_inline(translator: Any, node: Any) -> None:
    translator.body.append(mathml(node.astext(), "inline"))
    _skip()


def _visit_block(translator: Any, node: Any) -> None:
    translator.body.append(f'<div class="formula">{mathml(node.astext(), "block")}</div>\n')
    _skip()


def _skip() -> None:
    """Leave out the TeX below a node: the formula stands already."""
    from docutils.nodes import SkipNode

    raise SkipNode


def setup(app: Any) -> dict[str, Any]:
    """Register the renderer with Sphinx."""
    app.add_html_math_renderer("mathml", (_visit_inline, None), (_visit_block, None))
    return {"parallel_read_safe": True, "parallel_write_safe": True}
