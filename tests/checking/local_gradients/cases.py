"""The operations under test: a name, and what it is called with, drawn anew by each call."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

Make = Callable[..., tuple[Any, ...]]
CASES: list[tuple[str, Make, dict[str, Any]]] = []


def case(names: str, make: Make, **kwargs: Any) -> None:
    """Add a case of each of the operations."""
    CASES.extend((name, make, kwargs) for name in names.split())


def normal(*shape: int) -> Make:
    """One argument: an array of normal numbers."""
    return lambda r: (r.normal(size=shape),)


def inside(low: float, high: float) -> Callable[..., Make]:
    """One argument: an array, or a float, of numbers in an interval."""
    return lambda *shape: lambda r: (r.uniform(low, high, shape) if shape else float(r.uniform(low, high)),)


# functions of one number
ANYWHERE = (
    "exp expm1 exp2 square negative positive abs absolute fabs tanh sinh cosh sin cos arctan arcsinh deg2rad rad2deg"
)
case(ANYWHERE + " sign floor ceil rint trunc round nan_to_num sinc cbrt", normal(3, 2))
case(ANYWHERE, inside(0.2, 0.8)())
case("exp tanh", lambda r: (np.float64(r.normal()),))
case("exp tanh", lambda r: (np.array(r.normal()),))
INSIDE = "log log2 log10 log1p sqrt reciprocal arcsin arccos arctanh tan"
case(INSIDE, inside(0.2, 0.8)(2, 3))
case(INSIDE, inside(0.2, 0.8)())
case("arccosh", inside(1.2, 3.0)(4))
MATH = (
    "exp expm1 exp2 log log2 log10 log1p sqrt tanh sinh cosh sin cos tan asin acos atan asinh atanh fabs erf erfc gamma"
)
case(" ".join("math." + one for one in MATH.split()), inside(0.2, 0.8)())
case("math.exp math.tanh builtins.float", lambda r: (np.array(r.normal()),))
case("math.pow math.log math.atan2 math.hypot math.fmod math.copysign", lambda r: (*r.uniform(1.2, 3.0, 2).tolist(),))
case("math.hypot", lambda r: (*r.uniform(1.2, 3.0, 3).tolist(),))
case("math.modf math.floor", inside(0.2, 0.8)())
case("math.prod math.fsum", lambda r: (r.normal(size=3).tolist(),))
SPECIAL = "expit log_expit logit erf erfc entr gammaln"
case(" ".join("scipy.special." + one for one in SPECIAL.split()), inside(0.2, 0.8)(5))
case("modf", normal(3, 2))

# functions of two numbers, with broadcasting
SMOOTH = "add subtract multiply true_divide divide power float_power hypot logaddexp logaddexp2 arctan2"
TWO = SMOOTH + " mod remainder fmod maximum minimum fmax fmin"
SHAPES: tuple[tuple[tuple[int, ...], tuple[int, ...]], ...] = (
    ((2, 3), (2, 3)), ((2, 3), (3,)), ((2, 1), (1, 3)), ((3,), (2, 1)), ((), (2, 3)), ((2, 3), ()), ((1, 1), (4, 2)),
)  # fmt: skip
for left, right in SHAPES:
    case(TWO, lambda r, a=left, b=right: (r.uniform(0.3, 2.0, a), r.uniform(0.3, 2.0, b)))
case(TWO, lambda r: (float(r.uniform(0.3, 2.0)), float(r.uniform(0.3, 2.0))))
case(TWO, lambda r: (float(r.uniform(0.3, 2.0)), r.uniform(0.3, 2.0, 3)))
case(TWO, lambda r: (r.uniform(0.3, 2.0, 3), 2))
case(TWO, lambda r: (3, r.uniform(0.3, 2.0, 3)))
case("power", lambda r: (r.normal(size=4), 3))
case("power", lambda r: (r.normal(size=4), 0))
case("power", lambda r: (r.normal(size=4), np.array([1, 0, 2, -1])))
case("power", lambda r: (float(r.uniform(0.5, 2.0)), 2.0))
case("multiply dot", lambda r: ([2, float(r.normal()), 1], r.normal(size=3)))
case("add multiply", lambda r: (r.normal(size=2).tolist(), r.normal(size=2)))
case("copysign", lambda r: (r.normal(size=3), -1.5))
case("floor_divide greater less equal", lambda r: (r.normal(size=3), r.normal(size=3)))
case("clip", lambda r: (r.normal(size=(3, 4)), -0.5, 0.5))
case("clip", lambda r: (r.normal(size=(3, 4)), r.uniform(-0.9, -0.5, 4), r.uniform(0.5, 0.9, (3, 1))))
case("clip", lambda r: (r.normal(size=(3, 4)), None, 0.1))
case("clip", lambda r: (r.normal(size=(3, 4)),), a_min=0.1, a_max=None)
case("clip", lambda r: (r.normal(size=(3, 4)),), min=0.1, max=0.4)
case("where", lambda r: (r.random((3, 2)) < 0.5, r.normal(size=(3, 2)), r.normal(size=2)))
case("where", lambda r: (r.random(3) < 0.5, r.normal(size=3), 0))
case("where", lambda r: (r.random(3) < 0.5, 1.5, r.normal(size=(2, 1))))
case("heaviside", lambda r: (np.array([-1.0, 2.0]), 0.5))
case("scipy.special.xlogy scipy.special.xlog1py scipy.special.rel_entr scipy.special.kl_div",
     lambda r: (r.uniform(0.3, 2.0, (2, 3)), r.uniform(0.3, 2.0, 3)))  # fmt: skip

# reductions
REDUCE = "sum mean max amax min amin prod var std"
for axes in (None, 0, 1, -1, (0, 2), (), (0, 1, 2)):
    case(REDUCE, normal(2, 3, 4), axis=axes)
    case(REDUCE, normal(2, 3, 4), axis=axes, keepdims=True)
case(REDUCE, normal(3, 3))
case(REDUCE, lambda r: (r.normal(size=(2, 3)), 1))
case("sum mean max", inside(0.2, 0.8)())
case("sum", normal(2, 3), where=np.array([True, False, True]))
case("max", normal(2, 3), axis=1, initial=0.0)
case("sum mean", lambda r: (r.normal(size=3).tolist(),))
case("sum mean", lambda r: ([r.normal(size=3), r.normal(size=3)],), axis=0)
case("var std", normal(4, 3), axis=0, ddof=1)
case("prod", lambda r: (np.array([[0.0, 2.0], [3.0, 1.0]]),), axis=1)
case("cumsum cumprod diff median ptp", normal(3, 4), axis=1)
case("cumsum", normal(3, 4), axis=0)
case("cumsum", normal(3, 4))
case("average", normal(3, 4), axis=1)
case("average", lambda r: (r.normal(size=(3, 4)), 1, r.uniform(0.3, 2.0, 4)))
case("average", lambda r: (r.normal(size=(3, 4)), None, r.uniform(0.3, 2.0, (3, 4))))
case("average", lambda r: (r.normal(size=(3, 4)),), weights=np.array([0.2, 0.3, 0.7]), axis=0)
case("nansum", lambda r: (np.array([1.0, np.nan, 2.0]),))
SOFT = "scipy.special.softmax scipy.special.log_softmax scipy.special.logsumexp"
case(SOFT, normal(3, 4))
case(SOFT, normal(3, 4), axis=1)
case(SOFT, normal(2, 3, 2), axis=(0, 2))
case("scipy.special.logsumexp", normal(3, 4), axis=0, keepdims=True)
case("scipy.special.logsumexp", lambda r: (r.normal(size=(3, 4)), 1, r.uniform(0.3, 2.0, 4)))

# products
MATRICES: tuple[tuple[tuple[int, ...], tuple[int, ...]], ...] = (
    ((2, 3), (3, 4)), ((3,), (3, 4)), ((2, 3), (3,)), ((3,), (3,)),
)  # fmt: skip
for left, right in MATRICES:
    case("matmul dot", lambda r, a=left, b=right: (r.normal(size=a), r.normal(size=b)))
for left, right in (
    ((5, 2, 3), (3, 4)),
    ((2, 3), (5, 3, 4)),
    ((5, 1, 2, 3), (6, 3, 4)),
    ((5, 2, 3), (3,)),
    ((3,), (5, 3, 2)),
):
    case("matmul dot", lambda r, a=left, b=right: (r.normal(size=a), r.normal(size=b)))
case("dot", lambda r: (r.normal(size=(2, 4, 3)), r.normal(size=(5, 3, 2))))
case("dot inner", lambda r: (1.5, r.normal(size=(2, 3))))
case("dot", lambda r: (1.5, float(r.normal())))
case("inner", lambda r: (r.normal(size=(2, 3)), r.normal(size=(4, 5, 3))))
case("inner dot vdot", lambda r: (r.normal(size=3), r.normal(size=3)))
case("vdot", lambda r: (r.normal(size=(2, 3)), r.normal(size=(3, 2))))
case("outer kron", lambda r: (r.normal(size=3), r.normal(size=2)))
case("outer kron", lambda r: (r.normal(size=(3, 2)), r.normal(size=(2, 2))))
case("outer kron", lambda r: (r.normal(size=(3, 2)), r.normal(size=4)))
case("outer", lambda r: (r.normal(size=3).tolist(), [1.0, 2.0]))
case("cross", lambda r: (r.normal(size=(2, 3)), r.normal(size=3)))
case("tensordot", lambda r: (r.normal(size=(2, 3, 4)), r.normal(size=(3, 4, 5))))
case("tensordot", lambda r: (r.normal(size=(2, 3, 4)), r.normal(size=(4, 5)), 1))
case("tensordot", lambda r: (r.normal(size=(2, 3)), r.normal(size=(4, 5)), 0))
case("tensordot", lambda r: (r.normal(size=(2, 3, 4)), r.normal(size=(4, 5, 2))), axes=([2, 0], [0, 2]))
case("tensordot", lambda r: (r.normal(size=(2, 3, 4)), r.normal(size=(4, 5, 2))), axes=([0, -1], [-1, 0]))
EINSUM: tuple[tuple[str, tuple[tuple[int, ...], ...]], ...] = (
    ("ij,jk->ik", ((2, 3), (3, 4))), ("ij,jk", ((2, 3), (3, 4))), ("bi, bj -> ij", ((5, 2), (5, 3))),
    ("ij->", ((2, 3),)), ("ij->j", ((2, 3),)), ("ii", ((3, 3),)), ("ii->i", ((3, 3),)), ("iji->j", ((2, 3, 2),)),
    ("...ij,...jk->...ik", ((5, 2, 3), (3, 4))), ("...j,j", ((5, 2, 3), (3,))), ("i,j,k->ijk", ((2,), (3,), (4,))),
    ("ij,ij->i", ((2, 3), (2, 1))), ("ij,kl->k", ((2, 3), (4, 5))), ("...i,...i->...", ((4, 3), (2, 1, 3))),
)  # fmt: skip
for text, shapes in EINSUM:
    case("einsum", lambda r, t=text, s=shapes: (t, *(r.normal(size=one) for one in s)))
case("einsum", lambda r: (r.normal(size=(2, 3)), [0, 1], r.normal(size=3), [1]))

# linear algebra
case("linalg.inv linalg.det trace linalg.pinv linalg.cholesky_upper".replace(" linalg.cholesky_upper", ""),
     lambda r: (r.normal(size=(3, 3)) + 2 * np.eye(3),))  # fmt: skip
case("linalg.inv linalg.det", lambda r: (r.normal(size=(2, 3, 3)) + 2 * np.eye(3),))
case("linalg.det", lambda r: (np.array([[1.0, 2.0], [2.0, 4.0]]),))
case("linalg.slogdet", lambda r: (r.normal(size=(3, 3)) + 2 * np.eye(3),))
case("linalg.solve", lambda r: (r.normal(size=(3, 3)) + 2 * np.eye(3), r.normal(size=3)))
case("linalg.solve", lambda r: (r.normal(size=(3, 3)) + 2 * np.eye(3), r.normal(size=(3, 2))))
case("trace", lambda r: (r.normal(size=(3, 4)), 1))
case("trace", normal(3, 4, 2))
case("linalg.norm", normal(3, 4))
case("linalg.norm", normal(3, 4), axis=1, keepdims=True)
case("linalg.norm", normal(3, 4), axis=0, ord=1)
case("linalg.norm", normal(3, 4), ord="fro")
case("linalg.norm", normal(3, 4), ord=2)
case("linalg.norm", normal(4), ord=np.inf)
case("linalg.norm", lambda r: (r.normal(size=4), 3))

# convolutions
for mode in ("full", "same", "valid"):
    for n, m in ((6, 3), (6, 2), (3, 6), (2, 5), (3, 7), (4, 4), (1, 1)):
        case("convolve correlate", lambda r, n=n, m=m: (r.normal(size=n), r.normal(size=m)), mode=mode)
    for tall, wide in ((3, 3), (2, 3), (3, 2), (1, 1)):
        case("scipy.signal.convolve2d scipy.signal.correlate2d scipy.signal.convolve scipy.signal.correlate",
             lambda r, a=tall, b=wide: (r.normal(size=(5, 4)), r.normal(size=(a, b))), mode=mode)  # fmt: skip
case("convolve correlate", lambda r: (r.normal(size=5), r.normal(size=2)))
case("scipy.signal.convolve2d", lambda r: (r.normal(size=(4, 4)), r.normal(size=(2, 2)), "same", "wrap"))

# Python's own
case("builtins.sum", lambda r: (r.normal(size=4).tolist(),))
case("builtins.sum", lambda r: ([r.normal(size=(2, 2)), 1, r.normal(size=2), 2.5],))
case("builtins.sum", lambda r: ((r.normal(size=2), r.normal(size=2)), r.normal(size=2)))
case("builtins.sum", normal(3, 2))
case("builtins.sum", normal(3), start=1.5)
case("builtins.max builtins.min", lambda r: (r.normal(size=4).tolist(),))
case("builtins.max builtins.min", normal(4))
case("builtins.max builtins.min", lambda r: (0, float(r.normal())))
case("builtins.abs builtins.float builtins.round builtins.int", inside(0.2, 0.8)())
case("builtins.abs", normal(3))
case("builtins.pow builtins.divmod", lambda r: (float(r.uniform(2.5, 2.9)), 1.5))
case("divmod builtins.divmod", lambda r: (r.uniform(2.5, 2.9, 3), 1.2))
