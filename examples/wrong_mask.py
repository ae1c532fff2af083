"""The first report's settings twice: with the right gradient, and with the mask that the second report used.

    python examples/wrong_mask.py DATA FIGURE.png [STEPS]

DATA is CIFAR-10 in any form that `chainrule train --data` takes. Two runs of 5,500 steps take some minutes.
"""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
from numpy import ndarray

from chainrule.data.open import open_data
from chainrule.files import write_whole
from chainrule.network import stack
from chainrule.network.parameters import Parameters
from chainrule.report.comparison import draw_comparison
from chainrule.report.figure import save_figure
from chainrule.runs import new_run
from chainrule.training.engine import ReferenceEngine
from chainrule.training.settings_file import build_settings

FIRST_REPORT = {
    "network": {"hidden": [1024]},
    "training": {"batch_size": 250, "learning_rate": 1e-3, "reg": 0.5, "schedule": "decay:0.95"},
}


def wrong_mask_gradients(
    parameters: Parameters, X: ndarray, y: ndarray, reg: float
) -> tuple[stack.LossParts, Parameters]:
    """The second report's backward pass, mistake and all: the sign of dp1, not of z1, decides what dz1 keeps."""
    w1, b1, w2, b2 = (parameters[name] for name in ("W1", "b1", "W2", "b2"))
    gradients = Parameters.zeros(parameters.architecture, parameters.dtype)
    n = len(y)

    z1 = X @ w1 + b1
    p1 = np.maximum(z1, 0)
    z2 = p1 @ w2 + b2
    e2 = np.exp(z2 - z2.max(axis=1, keepdims=True))
    dz2 = e2 / e2.sum(axis=1, keepdims=True)
    dz2[np.arange(n), y] -= 1
    dz2 /= n

    dp1 = dz2 @ w2.T
    dz1 = dp1.copy()
    dz1[dp1 < 0] = 0  # the mistake; right is dz1[z1 <= 0] = 0
    gradients["W1"][...] = X.T @ dz1 + 2 * reg * w1
    gradients["b1"][...] = dz1.sum(axis=0)
    gradients["W2"][...] = p1.T @ dz2 + 2 * reg * w2
    gradients["b2"][...] = dz2.sum(axis=0)
    return stack.loss(parameters, z2, y, reg), gradients


def main(source: str, figure: str, steps: int = 5500) -> None:
    """Train both, print their test accuracies, draw their curves."""
    dataset = open_data(source)
    histories, accuracies = {}, {}
    for name, gradients in (("right mask", stack.loss_and_gradients), ("wrong mask", wrong_mask_gradients)):
        settings = build_settings(FIRST_REPORT, {"steps": steps})
        with new_run(settings, dataset=dataset, engine=ReferenceEngine(gradients)) as run:
            for epoch in run.training:
                print(f"{name}: epoch {epoch.epoch}, validation accuracy {100 * epoch.validation_accuracy:.2f} %")
            accuracies[name] = run.finish().test.accuracy
            histories[name] = run.folder.read_history()
        print(f"{name}: test accuracy {100 * accuracies[name]:.2f} %")
    write_whole(Path(figure), save_figure(draw_comparison(histories, accuracies)))


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], *map(int, sys.argv[3:]))
