"""The final table of a run in a notebook."""

from __future__ import annotations

from typing import Any
from xml.etree.ElementTree import Element

from chainrule.display.fragment import fragment, side_by_side, table, title


def results_html(results: dict[str, Any]) -> str:
    """Return the final table, as ``results.json`` has it, as HTML."""
    return fragment(title("results", results["finished"]), side_by_side(parts_table(results), classes_table(results)))


def parts_table(results: dict[str, Any]) -> Element:
    """Return accuracy and loss on each part of the split."""
    rows = [
        (name, f"{100 * results[f'{name}_accuracy']:.2f} %", f"{results[f'{name}_loss']:.4f}")
        for name in ("train", "validation", "test")
    ]
    return table(("", "accuracy", "data loss"), rows)


def classes_table(results: dict[str, Any]) -> Element:
    """Return the test accuracy of every class."""
    shares = results["test_class_accuracies"]
    rows = [(name, "-" if share is None else f"{100 * share:.1f} %") for name, share in shares.items()]
    return table(("class", "test accuracy"), rows)
