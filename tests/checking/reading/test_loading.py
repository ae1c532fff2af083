"""A stranger's file is run once, whatever it imports and whatever fails in it."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from chainrule.checking.reading import CannotCheck, load, open_program
from chainrule.checking.reading.module import run_once
from tests.checking.reading.conftest import PROGRAMS, loaded

Write = Callable[..., Path]


def names_of(path: Path) -> dict[str, Any]:
    return run_once(open_program(path)).namespace


def test_what_is_absent_is_stood_in_for(written: Write) -> None:
    names = names_of(
        written(
            """
import matplotlib.pyplot as plt
from keras.datasets import mnist
from course.utils import *
import tensorflow as tf, cv2
(X, y), _ = mnist.load_data()
X = X.reshape(-1, 784) / 255.0 + np_like(X)
fig, ax = plt.subplots(2, figsize=(3, 4))
with plt.style.context("dark"):
    ax[0].plot(X[:, 0] + 1)
class Layer(tf.keras.Model):
    pass
@tf.function
def f(x):
    return x
done = len([1 for _ in range(3)]) + f(2)
"""
        )
    )
    assert names["done"] == 5
    assert names["Layer"]() is not None


def test_an_import_that_may_fail_does(written: Write) -> None:
    names = names_of(
        written("try:\n    import im2col_cython\n    fast = True\nexcept ImportError:\n    fast = False\n")
    )
    assert names["fast"] is False


def test_old_names(written: Write) -> None:
    names = names_of(
        written(
            """
from __future__ import print_function
from past.builtins import xrange
from builtins import range, object
from six.moves import cPickle as pickle
import cPickle, numpy as np
from numpy import *
a = np.array([1, 2], dtype=np.float32) * np.float(3) + np.asscalar(np.array([1.0]))
b = [i for i in xrange(3)]
c = unicode("x") + raw_input("?")
d = np.array([[1], [2, 3]])
e = zeros(2, float32)
"""
        )
    )
    assert names["a"].dtype == np.float64
    assert names["e"].dtype == np.float64
    assert names["c"] == "x"
    assert names["d"].dtype == object
    assert np.float32 is not np.float64


def test_a_module_beside_the_file_is_run(written: Write) -> None:
    written("def half(x):\n    print 'x'\n    return x * 0.5\n", "tools/maths.py")
    written("from maths import half\n", "tools/__init__.py")
    written("value = 7\n", "settings.py")
    names = names_of(
        written("import tools.maths\nfrom tools import half\nfrom course.settings import *\nr = half(value)", "main.py")
    )
    assert names["r"] == 3.5
    assert names["tools"].maths.half(4) == 2


def test_a_statement_that_fails_is_skipped_and_noted(written: Write) -> None:
    module = run_once(
        open_program(written("a = 1\nb = open('none.bin', 'rb').read()\nc = 2\nexit()\nraise SystemExit\nd = 3\n"))
    )
    assert module.namespace["c"] + module.namespace["d"] == 5
    assert [note.line for note in module.notes] == [2, 4, 5]
    assert "FileNotFoundError" in module.notes[0].message


def test_a_text_that_is_not_there_is_stood_in_for_and_noted(written: Write) -> None:
    module = run_once(open_program(written("words = open('novels/emma.txt').read().split()")))

    assert len(module.namespace["words"]) > 20
    assert [note.message for note in module.notes] == ["not there, and stood in for: emma.txt"]


def test_training_at_import_is_cut_short(written: Write) -> None:
    path = written(
        "while True:\n    pass\nfor i in range(10**9):\n    try:\n        i\n    except:\n        pass\nx = 1\n"
    )
    start = time.perf_counter()
    assert names_of(path)["x"] == 1
    assert time.perf_counter() - start < 2


def test_what_was_seen_is_said_where_nothing_is_found(written: Write) -> None:
    path = written("def area(width, height):\n    return width * height\nclass Box:\n    def size(self, unit): pass\n")
    with pytest.raises(CannotCheck) as caught:
        load(open_program(path))
    message = str(caught.value)
    assert "function area(width, height)" in message
    assert "class Box: size(unit)" in message
    assert "chainrule check program.py:NAME" in message
    assert "chainrule.check(function, parameters)" in message


def test_a_name_that_is_not_there_is_said() -> None:
    with pytest.raises(CannotCheck, match="relu_backwards"):
        loaded("layers", "relu_backwards")


def test_the_file_s_own_functions_are_units() -> None:
    found = loaded("class_loss")
    assert {unit.name for unit in found.units.live.values()} >= {"TwoLayerNet.loss", "TwoLayerNet.__init__"}


def test_the_turn_of_a_loop_is_a_unit_at_its_own_lines() -> None:
    found = loaded("script_numbers")
    unit = next(unit for unit in found.units.live.values() if unit.name == "one_step_of_training")
    text = (PROGRAMS / "script_numbers.py.txt").read_text().split("\n")
    assert text[unit.node.lineno - 1] == "for t in range(500):"
    case = found.experiments[0].draw(1, 0.0, found.experiments[0].sizes[0])
    before = case.run().loss
    with found.units.exchanged({key: one.node for key, one in found.units.live.items()}):
        assert case.run().loss == before
