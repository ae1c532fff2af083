"""How a space is written, and what is refused."""

from __future__ import annotations

from typing import Any

import pytest

from chainrule.errors import InputError
from chainrule.tuning.dimension import Choice, Range, hidden_widths, read_dimension

READ: list[tuple[str, Any, Any]] = [
    ("learning_rate", "log:1e-5:1e-1", Range(1e-5, 0.1, log=True)),
    ("momentum", "lin:0.5:0.99", Range(0.5, 0.99)),
    ("hidden", "log:16:1024", Range(16, 1024, log=True, whole=True)),
    ("hidden", "64,256,512-256", Choice(("64", "256", "512-256"))),
    ("hidden", [64, [512, 256], "none"], Choice(("64", "512-256", "none"))),
    ("hidden", "128", "128"),
    ("batch_size", "50, 100,250", Choice((50, 100, 250))),
    ("batch_size", "lin:10:30:3", Choice((10, 20, 30))),
    ("learning_rate", "log:1e-4:1:5", Choice((1e-4, 1e-3, 1e-2, 0.1, 1.0))),
    ("learning_rate", 0.1, 0.1),
    ("reg", [0, 0.5], Choice((0.0, 0.5))),
    ("rule", "sgd,adam", Choice(("sgd", "adam"))),
    ("schedule", "constant,decay:0.95", Choice(("constant", "decay:0.95"))),
    ("initial_weights", "he,normal:1e-2", Choice(("he", "normal:1e-2"))),
]

REFUSED: list[tuple[str, Any, str]] = [
    ("learning_rate", "", "an empty space"),
    ("learning_rate", [], "an empty space"),
    ("learning_rate", "log:1:0.1", "a lower end below the upper end"),
    ("learning_rate", "log:1:1", "a lower end below the upper end"),
    ("learning_rate", "log:0:1", "ends above 0"),
    ("learning_rate", "log:a:1", "log:LOW:HIGH"),
    ("learning_rate", "log:1", "log:LOW:HIGH"),
    ("learning_rate", "log:1e-3:1:1", "a whole number of points, from 2"),
    ("learning_rate", "0.1,0.1", "values that are all different"),
    ("learning_rate", "0.1,fast", "log:LOW:HIGH"),
    ("learning_rate", "log:1e-3:inf", "log:LOW:HIGH"),
    ("learning_rate", "nan,1", "finite numbers"),
    ("batch_size", "log:0.5:8", "whole numbers"),
    ("batch_size", "1.5,2", "whole numbers"),
    ("hidden", "64,wide", "widths"),
    ("hidden", "64,,128", "widths"),
]


@pytest.mark.parametrize(("name", "given", "expected"), READ, ids=str)
def test_what_is_given_is_read(name: str, given: Any, expected: Any) -> None:
    found = read_dimension(name, given, f"--{name}")
    assert found == expected
    if isinstance(found, Choice | Range):
        assert read_dimension(name, str(found), f"--{name}") == found  # as it is written into tune.toml


@pytest.mark.parametrize(("name", "given", "message"), REFUSED, ids=str)
def test_what_makes_no_space_is_refused(name: str, given: Any, message: str) -> None:
    with pytest.raises(InputError, match=f"^--{name}: expected") as refusal:
        read_dimension(name, given, f"--{name}")
    assert message in str(refusal.value)


def test_edges() -> None:
    assert Choice((50, 100, 250)).at_edge(250) == "highest"
    assert Choice(("8", "64", "512")).at_edge("8") == "lowest"
    assert Choice((50, 100, 250)).at_edge(100) == ""
    assert Choice((50, 100)).at_edge(100) == ""  # of two, each would be an edge
    assert Choice(("sgd", "adam", "adamw")).at_edge("sgd") == ""
    rate = Range(1e-4, 1.0, log=True)
    assert [rate.at_edge(x) for x in (1e-4, 1.5e-4, 1e-2, 0.5, 0.9)] == ["lowest", "lowest", "", "", "highest"]


def test_widths_as_text() -> None:
    assert [hidden_widths(text) for text in ("none", "64", "512-256")] == [(), (64,), (512, 256)]


def test_written_numbers_lose_nothing() -> None:
    value = 0.1 + 0.2
    assert read_dimension("reg", str(Choice((value, 1 / 3))), "--reg") == Choice((value, 1 / 3))
