"""Matrix products inside compiled code, through SciPy's BLAS.

SciPy publishes the addresses of its BLAS functions (``scipy.linalg.cython_blas``). Given to LLVM under a name of ours,
an address can be called by compiled code that Numba keeps on disk: the cache holds the name, and each process resolves
it anew.
"""

from __future__ import annotations

import ctypes
from typing import Any

import scipy.linalg.cython_blas
from llvmlite import binding, ir
from numba import types
from numba.core import cgutils
from numba.extending import intrinsic
from numpy import ndarray

from chainrule.engine.compiling import compiled

_PLAIN, _TRANSPOSED = ord("N"), ord("T")
_NAMES = {types.float32: "sgemm", types.float64: "dgemm"}


def _publish(name: str) -> None:
    """Make one of SciPy's matrix products callable as ``chainrule_<name>``."""
    capsule = scipy.linalg.cython_blas.__pyx_capi__[name]
    api = ctypes.pythonapi
    api.PyCapsule_GetName.restype, api.PyCapsule_GetName.argtypes = ctypes.c_char_p, [ctypes.py_object]
    api.PyCapsule_GetPointer.restype = ctypes.c_void_p
    api.PyCapsule_GetPointer.argtypes = [ctypes.py_object, ctypes.c_char_p]
    binding.add_symbol(f"chainrule_{name}", api.PyCapsule_GetPointer(capsule, api.PyCapsule_GetName(capsule)))


for _name in _NAMES.values():
    _publish(_name)


def _gemm_for_numba(_, ta, tb, m, n, k, alpha, a, lda, b, ldb, beta, c, ldc):  # type: ignore[no-untyped-def]
    """Call the product for the dtype of ``alpha``. BLAS takes every argument by its address; a, b, c are addresses."""
    letter, integer, address = types.uint8, types.int32, types.intp
    signature = types.void(
        letter, letter, integer, integer, integer, alpha, address, integer, address, integer, alpha, address, integer
    )

    def generate(context, builder, signature, arguments):  # type: ignore[no-untyped-def]
        pointer = ir.IntType(8).as_pointer()
        pointers = [
            builder.inttoptr(value, pointer)
            if kind is address
            else builder.bitcast(cgutils.alloca_once_value(builder, value), pointer)  # type: ignore[no-untyped-call]
            for kind, value in zip(signature.args, arguments, strict=True)
        ]
        kind = ir.FunctionType(ir.VoidType(), [pointer] * len(pointers))
        name = f"chainrule_{_NAMES[alpha]}"
        function = cgutils.get_or_insert_function(builder.module, kind, name)  # type: ignore[no-untyped-call]
        builder.call(function, pointers)
        return context.get_dummy_value()

    return signature, generate


_gemm: Any = intrinsic(_gemm_for_numba)


@compiled()
def multiply_parts(
    m: int, n: int, k: int, alpha: float, a: ndarray, a_start: int, a_width: int, a_transposed: bool,
    b: ndarray, b_start: int, b_width: int, b_transposed: bool, beta: float, c: ndarray, c_start: int, c_width: int,
) -> None:  # fmt: skip
    """Set ``C = alpha * op(A) @ op(B) + beta * C`` for parts of row-major matrices that lie in flat arrays.

    C (m, n) begins at ``c[c_start]`` in a matrix whose rows have ``c_width`` entries; op(A) is (m, k), op(B) is
    (k, n), each the part that lies there or its transpose. BLAS counts by columns, and a row-major matrix read by
    columns is its transpose, so it is asked for ``C.T = op(B).T @ op(A).T``.
    """
    size, number = c.itemsize, c.dtype.type
    _gemm(
        _TRANSPOSED if b_transposed else _PLAIN, _TRANSPOSED if a_transposed else _PLAIN, n, m, k, number(alpha),
        b.ctypes.data + b_start * size, b_width, a.ctypes.data + a_start * size, a_width, number(beta),
        c.ctypes.data + c_start * size, c_width,
    )  # fmt: skip


@compiled()
def matmul(
    a: ndarray, a_start: int, a_transposed: bool, b: ndarray, b_start: int, b_transposed: bool, c: ndarray,
    c_start: int, m: int, n: int, k: int, alpha: float, beta: float,
) -> None:  # fmt: skip
    """Set ``C = alpha * op(A) @ op(B) + beta * C`` for whole matrices; see :func:`multiply_parts`."""
    multiply_parts(
        m, n, k, alpha, a, a_start, m if a_transposed else k, a_transposed, b, b_start, k if b_transposed else n,
        b_transposed, beta, c, c_start, n,
    )  # fmt: skip
