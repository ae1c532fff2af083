"""The confusion matrix as a picture: true classes down, predicted classes across."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
from jaxtyping import Int64
from numpy import ndarray

from chainrule.report.figure import new_figure

if TYPE_CHECKING:
    from matplotlib.figure import Figure

NUMBERED = 20  # classes up to which every cell shows its count


def draw_confusion(classes: Sequence[str], confusion: Int64[ndarray, "C C"]) -> Figure:
    """Draw counts (C, C); the shade of a cell is its share of the true class's rows."""
    C = len(classes)
    side = float(np.clip(0.55 * C + 2, 5, 24))
    figure, (ax,) = new_figure(side, side)
    shares = confusion / np.maximum(confusion.sum(axis=1, keepdims=True), 1)
    ax.imshow(shares, cmap="Blues", vmin=0, vmax=1)
    ax.grid(visible=False)
    ax.set_xticks(range(C), classes, rotation=60, ha="right")
    ax.set_yticks(range(C), classes)
    ax.set(xlabel="predicted class", ylabel="true class")
    if C <= NUMBERED:
        for i, j in np.ndindex(C, C):
            ink = "white" if shares[i, j] > 0.5 else "black"
            ax.text(j, i, str(confusion[i, j]), ha="center", va="center", color=ink, fontsize=8)
    return figure
