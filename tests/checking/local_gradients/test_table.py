"""Every rule of the table against central differences, one property for all; and the property against wrong rules."""

from __future__ import annotations

import copy
import zlib
from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np
import pytest

from chainrule.checking.local_gradients import NotDifferentiable, function_of, is_known, positional, pull_back
from chainrule.checking.local_gradients.table import RULES, Entry
from tests.checking.local_gradients import movement_cases  # noqa: F401  it adds its cases
from tests.checking.local_gradients.cases import CASES, Make
from tests.checking.local_gradients.oracle import at, entries, slope


def drawn_like(output: Any, r: np.random.Generator) -> Any:
    """Return a random upstream gradient in the shape of an output."""
    if isinstance(output, (tuple, list)):
        return tuple(drawn_like(one, r) for one in output)
    return r.normal(size=np.shape(output)) if isinstance(output, np.ndarray) else float(r.normal())


def same(left: Any, right: Any) -> bool:
    """Return whether two structures are equal to the bit."""
    if isinstance(left, (tuple, list)):
        return len(left) == len(right) and all(map(same, left, right))
    return (
        bool(np.array_equal(left, right, equal_nan=True))
        if isinstance(left, np.ndarray)
        else left == right or left != left
    )


def check_shapes(gradient: Any, value: Any) -> None:
    """Fail unless a gradient has the form of its argument."""
    if gradient is None:
        return
    if isinstance(value, (list, tuple)):
        assert isinstance(gradient, list)
        for one, part in zip(gradient, value, strict=True):
            check_shapes(one, part)
    elif isinstance(value, np.ndarray):
        assert value.dtype.kind == "f"
        assert isinstance(gradient, np.ndarray)
        assert gradient.dtype == np.float64
        assert gradient.shape == value.shape
    else:
        assert isinstance(value, (float, np.floating))
        assert type(gradient) is float


def scaled(upstream: Any, factor: float) -> Any:
    """Return an upstream gradient times a number."""
    return tuple(scaled(one, factor) for one in upstream) if isinstance(upstream, tuple) else upstream * factor


def check(op: str, make: Make, kwargs: dict[str, Any]) -> None:
    """Fail unless the gradients of an operation are right."""
    r = np.random.default_rng(zlib.crc32(op.encode()))
    args = make(r)
    function = partial(function_of(op), **kwargs)
    output = function(*args)
    upstream = drawn_like(output, r)
    before = copy.deepcopy((args, kwargs, upstream))

    gradients = pull_back(op, args, kwargs, output, upstream)

    assert same((args, list(kwargs.values()), upstream), (before[0], list(before[1].values()), before[2]))
    assert len(gradients) == len(args)
    for gradient, value in zip(gradients, args, strict=True):
        check_shapes(gradient, value)
    doubled = pull_back(op, args, kwargs, output, scaled(upstream, -2.0))
    for path in entries(args):
        expected = slope(function, args, path, upstream)
        if np.isnan(at(args, path)):
            continue
        np.testing.assert_allclose(at(gradients, path), expected, rtol=2e-6, atol=2e-8)
        np.testing.assert_allclose(at(doubled, path), -2.0 * at(gradients, path), rtol=1e-9, atol=1e-10)


@pytest.mark.parametrize(("op", "make", "kwargs"), CASES, ids=[f"{n}-{one[0]}" for n, one in enumerate(CASES)])
def test_gradient_equals_central_differences(op: str, make: Make, kwargs: dict[str, Any]) -> None:
    check(op, make, kwargs)


WRONG: dict[str, tuple[Callable[..., Any], tuple[Any, ...]]] = {
    "exp": (lambda g, y, x: g, (np.array([0.3, 0.7]),)),
    "multiply": (lambda g, y, a, b: g * a, (np.array([0.3, 0.7]), np.array([2.0, 5.0]))),
    "tanh": (lambda g, y, x: g * (1.0 - y), (np.array([0.3, 0.7]),)),
}


@pytest.mark.parametrize("op", list(WRONG))
def test_a_wrong_rule_is_caught(op: str, monkeypatch: pytest.MonkeyPatch) -> None:
    wrong, args = WRONG[op]
    monkeypatch.setitem(RULES, op, Entry(lambda a, k, y, g: [wrong(g, y, *a), *([None] * (len(a) - 1))], False))
    with pytest.raises(AssertionError):
        check(op, lambda r: args, {})


def test_a_wrong_shape_is_caught(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(RULES, "add", Entry(lambda a, k, y, g: [g, g], False))
    with pytest.raises(AssertionError):
        check("add", lambda r: (r.normal(size=(2, 3)), r.normal(size=3)), {})


def test_a_rule_that_writes_into_its_arguments_is_caught(monkeypatch: pytest.MonkeyPatch) -> None:
    def writing(args: Any, kwargs: Any, output: Any, upstream: Any) -> list[Any]:
        args[0][...] = 0.0
        return [upstream]

    monkeypatch.setitem(RULES, "positive", Entry(writing, False))
    with pytest.raises(AssertionError):
        check("positive", lambda r: (r.normal(size=3),), {})


def test_float32_is_differentiated_in_float64() -> None:
    x = np.array([0.3, 0.7], dtype=np.float32)
    (gradient,) = pull_back("tanh", (x,), {}, np.tanh(x), np.array([1.0, 2.0]))
    np.testing.assert_allclose(gradient, [1.0, 2.0] * (1 - np.tanh(x.astype(float)) ** 2), rtol=1e-15)


def test_integers_have_none() -> None:
    assert pull_back("multiply", (np.arange(3), 2), {}, np.arange(3) * 2, np.ones(3)) == (None, None)
    assert pull_back("nothing", (), {}, 1, None) == ()


def test_keywords_become_positional() -> None:
    w = np.array([1.0, 3.0])
    assert positional("average", ("x",), {"weights": w, "returned": False}) == (("x", None, w), {"returned": False})
    assert positional("clip", ("x",), {"max": 1.0}) == (("x", None, 1.0), {})
    assert positional("sum", (), {"a": w, "axis": 0})[1] == {"axis": 0}


def test_entries_that_were_not_computed_have_none() -> None:
    x, mask = np.array([2.0, 4.0]), np.array([True, False])
    (gradient,) = pull_back("log", (x,), {"where": mask}, np.array([np.log(2.0), np.nan]), np.array([3.0, 5.0]))
    np.testing.assert_array_equal(gradient, [1.5, 0.0])


def test_ties() -> None:
    zero, g = np.zeros(2), np.ones(2)
    assert not pull_back("maximum", (0.0, zero), {}, zero, g)[1].any()
    assert not pull_back("maximum", (zero, 0), {}, zero, g)[0].any()
    np.testing.assert_array_equal(pull_back("max", (zero,), {}, 0.0, 1.0)[0], [0.5, 0.5])
    assert pull_back("builtins.max", ([1.0, 1.0],), {}, 1.0, 1.0) == ([1.0, 0.0],)


def test_some_outputs_of_several() -> None:
    x = np.arange(4.0)
    (gradient,) = pull_back("split", (x, 2), {}, tuple(np.split(x, 2)), (None, np.array([5.0, 6.0])))[:1]
    np.testing.assert_array_equal(gradient, [0.0, 0.0, 5.0, 6.0])


def test_strides_of_an_array_that_lay_otherwise_in_memory() -> None:
    x = np.arange(12.0).reshape(3, 4)
    turned = np.asfortranarray(x)
    view = np.lib.stride_tricks.as_strided(turned, (2, 2), turned.strides)
    (gradient, *_) = pull_back(
        "lib.stride_tricks.as_strided", (x, (2, 2), turned.strides), {}, view.copy(), np.ones((2, 2))
    )
    np.testing.assert_array_equal(gradient[:2, :2], np.ones((2, 2)))
    assert gradient.sum() == 4


def test_what_is_not_differentiable() -> None:
    assert is_known("tanh")
    assert is_known("median")
    assert not is_known("random.rand")
    for op in (
        "open",
        "save",
        "load",
        "builtins.open",
        "builtins.eval",
        "os.system",
        "ndarray",
        "linalg._umath_linalg",
    ):
        with pytest.raises(KeyError):
            function_of(op)
    with pytest.raises(NotDifferentiable, match="no rule, and no pure function"):
        pull_back("save", (1.5,), {}, 1.5, 1.0)
    with pytest.raises(NotDifferentiable, match="too many"):
        pull_back("median", (np.ones(3000),), {}, 1.0, 1.0)
