"""A small search that ends in a second."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from chainrule.tuning.finish import finish
from chainrule.tuning.session import Request, Session, opened

from ..conftest import clouds

SPACE = {"learning_rate": "log:1e-3:1", "hidden": "4,8,6-4", "batch_size": "16,32", "epochs": 12, "threads": 1}
Tune = Callable[..., tuple[Session, dict[str, Any]]]


@pytest.fixture
def rows(tmp_path: Path) -> Path:
    """An .npz of three overlapping clouds."""
    dataset = clouds(n=240, features=6, seed=1)
    np.savez(tmp_path / "clouds.npz", X=dataset.train.X, y=dataset.train.y)
    return tmp_path / "clouds.npz"


@pytest.fixture
def request_for(rows: Path, tmp_path: Path) -> Callable[..., Request]:
    """Return a function that asks for a search: settings of the plan by name, others as ``Request`` has them."""

    def ask(out: str, options: dict[str, Any] | None = None, **others: Any) -> Request:
        plan = {name: others.pop(name) for name in list(others) if name not in Request.__dataclass_fields__}
        plan = {"trials": 16, "population": 8, **plan}
        settings = {**SPACE, **(options or {}), "source": str(rows)}
        return Request(options=settings, plan=plan, out=tmp_path / out, **others)

    return ask


@pytest.fixture
def tune(request_for: Callable[..., Request], monkeypatch: pytest.MonkeyPatch) -> Tune:
    """Return a function that searches, and writes down what came of it, without the figures."""
    monkeypatch.setattr("chainrule.tuning.finish.draw_all", lambda *_: None)

    def run(
        out: str = "search", options: dict[str, Any] | None = None, *, final_test: bool = False, retrain: bool = False,
        **others: Any,
    ) -> tuple[Session, dict[str, Any]]:  # fmt: skip
        with opened(request_for(out, options, **others)) as session:
            session.search.run()
            return session, finish(session, retrain=retrain, final_test=final_test)

    return run
