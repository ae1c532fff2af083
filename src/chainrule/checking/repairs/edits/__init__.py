"""Changes of one place in an expression that undo a mistake people make: another name, a transpose, a sign, an axis."""

from chainrule.checking.repairs.edits.edit import Edit, parsed
from chainrule.checking.repairs.edits.everywhere import edits

__all__ = ["Edit", "edits", "parsed"]
