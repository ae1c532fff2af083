"""Matrix products inside compiled code: SciPy's BLAS for large ones, plain loops for small ones.

SciPy publishes the addresses of its BLAS functions (``scipy.linalg.cython_blas``). Given to LLVM under a name of ours,
an address can be called by compiled code that Numba keeps on disk: the cache holds the name, and each process resolves
it anew.
"""

from __future__ import annotations

import ctypes
from typing import Any

import numpy as np
import scipy.linalg.cython_blas
from llvmlite import binding
from numba import types
from numba.extending import overload
from numpy import ndarray

from chainrule.engine.compiling import compiled

_PLAIN, _TRANSPOSED = ord("N"), ord("T")


def _publish(name: str) -> Any:
    """Make one of SciPy's matrix products callable as ``chainrule_<name>``; every argument is an address."""
    capsule = scipy.linalg.cython_blas.__pyx_capi__[name]
    api = ctypes.pythonapi
    api.PyCapsule_GetName.restype, api.PyCapsule_GetName.argtypes = ctypes.c_char_p, [ctypes.py_object]
    api.PyCapsule_GetPointer.restype = ctypes.c_void_p
    api.PyCapsule_GetPointer.argtypes = [ctypes.py_object, ctypes.c_char_p]
    binding.add_symbol(f"chainrule_{name}", api.PyCapsule_GetPointer(capsule, api.PyCapsule_GetName(capsule)))
    return types.ExternalFunction(f"chainrule_{name}", types.void(*[types.intp] * 13))


_sgemm = _publish("sgemm")
_dgemm = _publish("dgemm")


def _gemm(scalars: ndarray, *addresses: int) -> None:
    """Call the product for the dtype of ``scalars``; Numba puts the overload below in its place."""
    raise RuntimeError("for compiled code only")


@overload(_gemm)
def _overload_gemm(scalars, ta, tb, m, n, k, alpha, a, lda, b, ldb, beta, c, ldc):  # type: ignore[no-untyped-def]
    gemm = _sgemm if scalars.dtype == types.float32 else _dgemm

    def call(scalars, ta, tb, m, n, k, alpha, a, lda, b, ldb, beta, c, ldc):  # type: ignore[no-untyped-def]
        gemm(ta, tb, m, n, k, alpha, a, lda, b, ldb, beta, c, ldc)

    return call


@compiled()
def matmul(
    a: ndarray, a_start: int, a_transposed: bool, b: ndarray, b_start: int, b_transposed: bool, c: ndarray,
    c_start: int, m: int, n: int, k: int, alpha: float, beta: float,
) -> None:  # fmt: skip
    """Set ``C = alpha * op(A) @ op(B) + beta * C`` for row-major matrices that lie in flat arrays.

    C (m, n) begins at ``c[c_start]``; op(A) is (m, k), op(B) is (k, n), each the matrix that lies there or its
    transpose. BLAS counts by columns, and a row-major matrix read by columns is its transpose, so it is asked for
    ``C.T = op(B).T @ op(A).T``.
    """
    integers = np.empty(6, np.int32)
    scalars = np.empty(2, c.dtype)
    letters = np.empty(2, np.uint8)
    letters[0] = _TRANSPOSED if b_transposed else _PLAIN
    letters[1] = _TRANSPOSED if a_transposed else _PLAIN
    integers[0], integers[1], integers[2] = n, m, k
    integers[3] = k if b_transposed else n
    integers[4] = m if a_transposed else k
    integers[5] = n
    scalars[0], scalars[1] = alpha, beta
    size, i, s, t = c.itemsize, integers.ctypes.data, scalars.ctypes.data, letters.ctypes.data
    _gemm(
        scalars, t, t + 1, i, i + 4, i + 8, s, b.ctypes.data + b_start * size, i + 12,
        a.ctypes.data + a_start * size, i + 16, s + size, c.ctypes.data + c_start * size, i + 20,
    )  # fmt: skip
