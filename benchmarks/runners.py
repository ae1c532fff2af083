"""The whole runs, done by chainrule, scikit-learn and PyTorch: from nothing to the target.

Each yields its validation accuracy after every epoch, and stops when it is not asked for more.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from benchmarks.whole_runs import WholeRun, first_weights, load_inputs


def chainrule(run: WholeRun, seed: int, threads: int) -> Iterator[float]:
    """The library's own run, with everything that it does: history, checkpoints and measurements of every epoch."""
    from chainrule.runs import new_run
    from chainrule.training.settings_file import build_settings

    settings = build_settings({}, run.settings(seed))
    with tempfile.TemporaryDirectory() as folder, new_run(settings, Path(folder) / "run") as opened:
        for epoch in opened.training:
            yield epoch.validation_accuracy


def scikit_learn(run: WholeRun, seed: int, threads: int) -> Iterator[float]:
    """``MLPClassifier.partial_fit`` an epoch, shuffling on; ``alpha`` as in ``contenders/scikit_learn.py``.

    Its schedules know no decay by epoch, so the rate of its optimiser is set between epochs.
    """
    import numpy as np
    from sklearn.neural_network import MLPClassifier

    data = load_inputs(run)
    model = MLPClassifier(
        (run.hidden,),
        solver="sgd",
        momentum=0.9 if run.rule == "momentum" else 0.0,
        nesterovs_momentum=False,
        alpha=2 * run.batch_size * run.reg,
        batch_size=run.batch_size,
        learning_rate_init=run.learning_rate,
        n_iter_no_change=np.inf,
        random_state=np.random.RandomState(seed),
    )
    model.partial_fit(data.X[: run.batch_size], data.y[: run.batch_size], classes=np.arange(data.n_classes))
    for layer, (W, b) in enumerate(first_weights(run, data.X.shape[1], data.n_classes, seed)):
        model.coefs_[layer][...] = W
        model.intercepts_[layer][...] = b
    del model._optimizer
    for epoch in range(run.most_epochs):
        if epoch:
            model._optimizer.learning_rate = run.learning_rate * run.decay**epoch
        model.partial_fit(data.X, data.y)
        yield float(model.score(data.X_validation, data.y_validation))


def pytorch(run: WholeRun, seed: int, threads: int) -> Iterator[float]:
    """Modules, cross-entropy and the fused optimiser; mini-batches indexed from a tensor, no DataLoader in the way."""
    import torch
    from torch import nn

    torch.set_num_threads(threads)
    torch.manual_seed(seed)
    data = load_inputs(run)
    X, y = torch.from_numpy(data.X), torch.from_numpy(data.y)
    X_validation, y_validation = torch.from_numpy(data.X_validation), torch.from_numpy(data.y_validation)
    linears = [nn.Linear(X.shape[1], run.hidden), nn.Linear(run.hidden, data.n_classes)]
    with torch.no_grad():
        for linear, (W, b) in zip(linears, first_weights(run, X.shape[1], data.n_classes, seed), strict=True):
            linear.weight.copy_(torch.from_numpy(W).T)
            linear.bias.copy_(torch.from_numpy(b))
    model = nn.Sequential(linears[0], nn.ReLU(), linears[1])
    groups = [
        {"params": [linear.weight for linear in linears], "weight_decay": 2 * run.reg},
        {"params": [linear.bias for linear in linears], "weight_decay": 0.0},
    ]
    momentum = 0.9 if run.rule == "momentum" else 0.0
    optimizer = torch.optim.SGD(groups, run.learning_rate, momentum=momentum, fused=True)
    schedule = torch.optim.lr_scheduler.ExponentialLR(optimizer, run.decay)
    for _ in range(run.most_epochs):
        order: Any = torch.randperm(len(X))
        for batch in order.split(run.batch_size):
            loss: Any = nn.functional.cross_entropy(model(X[batch]), y[batch])
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
        schedule.step()
        with torch.no_grad():
            yield float((model(X_validation).argmax(1) == y_validation).float().mean())


RUNNERS = {"chainrule": chainrule, "scikit-learn": scikit_learn, "PyTorch": pytorch}
