"""Arrays whose references nobody counts, for loops that take many slices.

Numba counts the references to an array's memory, and each slice that is made and dropped costs two atomic operations:
for small layers that is a fifth of a step. A borrowed array has no count. Whoever lent it must hold on to it.
"""

from __future__ import annotations

from typing import Any

from llvmlite import ir
from numba.core import cgutils
from numba.extending import intrinsic


def _borrow_for_numba(_, array):  # type: ignore[no-untyped-def]
    def generate(context, builder, signature, arguments):  # type: ignore[no-untyped-def]
        borrowed = cgutils.create_struct_proxy(array)(context, builder, value=arguments[0])  # type: ignore[no-untyped-call]
        borrowed.meminfo = ir.Constant(borrowed.meminfo.type, None)
        borrowed.parent = ir.Constant(borrowed.parent.type, None)
        return borrowed._getvalue()

    return array(array), generate


borrow: Any = intrinsic(_borrow_for_numba)
"""``borrow(array)``, in compiled code: the same array, not counted."""
