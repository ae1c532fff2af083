"""What cannot be derived is named."""

from __future__ import annotations

from pathlib import Path

from chainrule.checking.derive.api import derive_file


def test_an_operation_without_a_rule_is_named_with_its_line(tmp_path: Path) -> None:
    path = tmp_path / "net.py"
    path.write_text(
        "import numpy as np\n"
        "W = np.random.RandomState(0).randn(3, 3)\n"
        "x = np.ones((3, 2))\n"
        "h = np.linalg.solve(W, x) @ np.ones((2, 2))\n"
        "loss = np.sum(h ** 2)\n"
    )
    made = derive_file(path)
    assert not made.proved
    assert any(one.startswith("line 4:") and "linalg.solve" in one for one in made.refusals)


def test_a_program_without_a_loss(tmp_path: Path) -> None:
    path = tmp_path / "plain.py"
    path.write_text("print('nothing to learn')\n")
    made = derive_file(path)
    assert not made.proved
    assert not made.text
    assert made.refusals
