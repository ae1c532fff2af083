"""A derivation, in a notebook: the steps as on its page."""

from __future__ import annotations

from chainrule.checking.derive.page import fragment
from chainrule.checking.derive.result import Derivation
from chainrule.display.answer import NAME, scoped_style


def derivation_html(made: Derivation) -> str:
    """Return a derivation as HTML, under a style that touches nothing else of the notebook."""
    return f'<div class="{NAME}"><style>{scoped_style()}</style>{fragment(made)}</div>'
