"""The table of adaptive rules: the known ones, and each one's near misses with what they are called."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from chainrule.checking.updates.adaptive import Spec
from chainrule.checking.updates.findings import Kind

RMSPROP = Spec("RMSProp")
ADAGRAD = Spec("Adagrad", second="sum")
ADAM = Spec("Adam", first="average", correct=("own", "own"))

KNOWN = (
    RMSPROP,
    replace(RMSPROP, root="inside"),
    ADAGRAD,
    replace(ADAGRAD, root="inside"),
    ADAM,
    replace(ADAM, folded=True),
    replace(ADAM, root="inside"),
    replace(ADAM, name="AMSGrad", second="largest"),
    replace(ADAM, name="AMSGrad", second="largest", correct=("", "")),
    replace(ADAM, name="Nadam", ahead=True),
    replace(RMSPROP, name="RMSProp with bias correction", correct=("", "own")),
)

SQUARES = "the average of the squared gradients"


def near_misses() -> Iterator[Spec]:
    """Yield rules that are wrong, each one change away from a known one."""
    bases = (RMSPROP, ADAGRAD, ADAM, replace(ADAM, folded=True))
    for base in (*bases, *(replace(one, root="inside") for one in bases[:2])):
        yield from _of_second(base)
        if base.first == "average":
            yield from _of_first(base)
            yield from _of_correction(base)


def _of_second(base: Spec) -> Iterator[Spec]:
    wrong = replace(base, kind=Kind.SECOND_MOMENT, suspects=("v",), meant=SQUARES)
    yield replace(wrong, of="absolute")
    yield replace(wrong, of="gradient")
    lost = replace(wrong, kind=Kind.STATE_NOT_KEPT, only_if="sqrt", meant="the average of the step before, kept on")
    yield replace(lost, second="fresh" if base.second != "sum" else "replaced")
    none = replace(base, kind=Kind.ROOT_MISSING, suspects=("root", "v_hat"), meant="the root of the second moment")
    yield replace(none, root="none")
    if base.first == "average":
        yield replace(wrong, of="moment")


def _of_first(base: Spec) -> Iterator[Spec]:
    wrong = replace(base, kind=Kind.STATE_NOT_KEPT, suspects=("m",), meant="beta1 * m + (1 - beta1) * gradient")
    yield replace(wrong, first="fresh")
    yield replace(wrong, first="gradient", kind=Kind.FIRST_MOMENT)
    yield replace(wrong, first="squares", kind=Kind.FIRST_MOMENT)


def _of_correction(base: Spec) -> Iterator[Spec]:
    missing = replace(base, kind=Kind.CORRECTION_MISSING, meant="division by 1 - beta ** t")
    yield replace(missing, correct=("", "own"), suspects=("m_hat",))
    yield replace(missing, correct=("own", ""), suspects=("v_hat",))
    yield replace(missing, correct=("", ""), suspects=("m_hat", "v_hat"))
    wrong = replace(base, kind=Kind.CORRECTION_WRONG, meant="beta1 for the first moment, beta2 for the second")
    yield replace(wrong, correct=("own", "other"), suspects=("v_hat",))
    yield replace(wrong, correct=("other", "own"), suspects=("m_hat",))
    yield replace(wrong, correct=("other", "other"), suspects=("m_hat", "v_hat"))
    steps = replace(wrong, meant="t that counts the steps from 1")
    yield replace(steps, correct=("late", "late"), suspects=("m_hat", "v_hat"))
    kept = replace(
        base, kind=Kind.CORRECTION_KEPT, meant="a name of its own for the corrected average", correct=("", "own")
    )
    yield replace(kept, first="kept", suspects=("m_hat",))
    yield replace(kept, second="kept", correct=("own", ""), suspects=("v_hat",))
    yield replace(kept, first="kept", second="kept", correct=("", ""), suspects=("m_hat", "v_hat"))
