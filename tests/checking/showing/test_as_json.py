"""JSON: the keys that are promised and no others, always strict; and the whole answer from process to process."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from chainrule.checking.answer import Answer, Finding, Fix, GradientCheck, Mark, Note, Target, Verdict
from chainrule.checking.showing.as_json import from_wire, json_text, to_json, to_wire
from chainrule.errors import ChainruleError

from .conftest import CORRECT, ERROR, MASK, WRONG

NO_FIX = replace(WRONG, findings=(replace(MASK, fix=None, verified=False, expected=""),))
NOT_FINITE = replace(WRONG, gradients={name: GradientCheck(float(name), ok=False) for name in ("inf", "-inf", "nan")})
FROM_NUMPY = replace(WRONG, gradients={"W1": GradientCheck(np.float64(0.5), ok=np.bool_(False))})  # type: ignore[arg-type]
CASES = {
    "wrong": WRONG,
    "correct": CORRECT,
    "error": ERROR,
    "no fix": NO_FIX,
    "not finite": NOT_FINITE,
    "from NumPy": FROM_NUMPY,
}
SCHEMA: dict[str, Any] = {
    "verdict": str,
    "target": {"file": str, "name": str, "kind": str, "conventions": dict},
    "gradients": dict,
    "findings": list,
    "notes": list,
    "seconds": float,
}
GRADIENT = {"relative_error": float, "ok": bool}
FINDING = {
    "line": int,
    "end_line": int,
    "variable": str,
    "mistake": str,
    "message": str,
    "used": str,
    "expected": str,
    "fix": (dict, type(None)),
    "verified": bool,
}
FIX = {"line": int, "end_line": int, "replacement": str}
NOTE = {"line": (int, type(None)), "message": str}


def agrees(value: Any, schema: Any) -> None:
    if not isinstance(schema, dict):
        assert isinstance(value, schema)
        return
    assert list(value) == list(schema)  # the keys, in this order
    for key, kind in schema.items():
        agrees(value[key], kind)


def refuse(name: str) -> None:
    raise AssertionError(f"{name} is no JSON")


@pytest.mark.parametrize("name", CASES)
def test_the_keys_and_types_are_those_that_are_promised(name: str) -> None:
    shown = json.loads(json_text(CASES[name]), parse_constant=refuse)
    agrees(shown, SCHEMA)
    assert shown["verdict"] in ("correct", "wrong", "error")
    for gradient in shown["gradients"].values():
        agrees(gradient, GRADIENT)
    for finding in shown["findings"]:
        agrees(finding, FINDING)
        if finding["fix"] is not None:
            agrees(finding["fix"], FIX)
    for note in shown["notes"]:
        agrees(note, NOTE)


def test_a_missing_fix_is_null() -> None:
    assert to_json(NO_FIX)["findings"][0]["fix"] is None


def test_an_error_that_is_no_number_is_larger_than_every_other() -> None:
    errors = [gradient["relative_error"] for gradient in to_json(NOT_FINITE)["gradients"].values()]
    assert min(errors) > 1e300
    assert max(errors) < float("inf")


def test_several_answers_are_an_array() -> None:
    assert json.loads(json_text([WRONG, CORRECT])) == [to_json(WRONG), to_json(CORRECT)]


texts = st.text(max_size=8)
lines = st.integers(1, 99)
errors = st.floats(min_value=0, allow_nan=False)
answers = st.builds(
    Answer,
    st.sampled_from(Verdict),
    st.builds(Target, texts, texts, texts, st.dictionaries(texts, texts, max_size=2)),
    st.dictionaries(texts, st.builds(GradientCheck, errors, st.booleans()), max_size=3),
    st.lists(
        st.builds(
            Finding,
            lines,
            lines,
            texts,
            texts,
            texts,
            texts,
            texts,
            st.none() | st.builds(Fix, lines, lines, texts),
            st.booleans(),
        ),
        max_size=2,
    ).map(tuple),
    st.lists(st.builds(Note, texts, st.none() | lines), max_size=2).map(tuple),
    st.lists(st.builds(Mark, lines, texts, texts, st.none() | errors, texts), max_size=2).map(tuple),
    st.lists(texts, max_size=2).map(tuple),
    st.lists(texts, max_size=2).map(tuple),
    st.floats(0, 1e6),
)


@given(answers)
def test_the_wire_brings_everything_back(answer: Answer) -> None:
    carried = json.loads(json.dumps(to_wire(answer), allow_nan=False))
    assert from_wire(carried) == answer


def test_not_a_number_comes_back_as_itself() -> None:
    error = from_wire(to_wire(NOT_FINITE)).gradients["nan"].relative_error
    assert error != error


@pytest.mark.parametrize(
    ("wire", "place"),
    [
        (None, "the whole"),
        ({}, "verdict"),
        ({**to_wire(WRONG), "verdict": "perfect"}, "verdict"),
        ({**to_wire(WRONG), "findings": [{"line": "no"}]}, r"findings\.0\.line"),
        ({**to_wire(WRONG), "gradients": {"W1": {"relative_error": "much", "ok": True}}}, r"gradients\.W1"),
    ],
)
def test_what_is_no_answer_is_refused(wire: Any, place: str) -> None:
    with pytest.raises(ChainruleError, match=rf"the check sent back what is no answer \({place}"):
        from_wire(wire)
