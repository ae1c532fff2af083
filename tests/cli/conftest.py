"""Small data in files, as a user might have them."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image


@pytest.fixture
def photos(tmp_path: Path) -> Path:
    """A folder of 60 tiny images in two classes that differ in colour."""
    rng = np.random.default_rng(0)
    for label, colour in (("blue", (30, 60, 200)), ("red", (200, 40, 30))):
        folder = tmp_path / "photos" / label
        folder.mkdir(parents=True)
        for number in range(30):
            pixels = np.clip(rng.normal(colour, 30, (6, 5, 3)), 0, 255).astype(np.uint8)
            Image.fromarray(pixels).save(folder / f"{number:02}.png")
    return tmp_path / "photos"


@pytest.fixture
def table(tmp_path: Path) -> Path:
    """A CSV table of 90 rows in three classes."""
    rng = np.random.default_rng(1)
    lines = ["width,height,kind"]
    for number in range(90):
        label = number % 3
        x, y = rng.normal((3 * label, -2 * label), 0.7)
        lines.append(f"{x:.4f},{y:.4f},{'abc'[label]}")
    path = tmp_path / "flowers.csv"
    path.write_text("\n".join(lines) + "\n")
    return path
