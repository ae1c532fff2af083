"""A training state to and from one file, so that a resumed run gives the bits of an uninterrupted one."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from chainrule.errors import InputError
from chainrule.network.parameters import Architecture, Parameters
from chainrule.tensor_file import read_tensors, write_tensors
from chainrule.training.engine import Weights
from chainrule.training.loop import Best, State

KIND, VERSION = "checkpoint", 1


def save_checkpoint(path: Path, state: State, history_bytes: int) -> None:
    """Write a state, and how long the history was when it was taken."""
    tensors = {
        "parameters": state.weights.parameters.buffer,
        "best": state.best.parameters.buffer,
        "epoch_losses": state.epoch_losses,
        "moments": state.weights.moments,
    }
    header = {
        "step": state.weights.step,
        "best_accuracy": state.best.accuracy,
        "best_loss": state.best.loss if state.best.epoch else None,
        "best_epoch": state.best.epoch,
        "best_reached": state.best.reached,
        "finished": state.finished,
        "history_bytes": history_bytes,
    }
    write_tensors(path, KIND, VERSION, tensors, header)


def load_checkpoint(path: Path, architecture: Architecture, dtype: str, n_moments: int) -> tuple[State, int]:
    """Read a state and the length of its history.

    Raises
    ------
    InputError
        If the file is cut off or no checkpoint, or is of a network of other sizes.
    """
    tensors, header = read_tensors(path, KIND, VERSION)
    P = architecture.n_parameters
    for name, shape in {"parameters": (P,), "best": (P,), "moments": (n_moments, P)}.items():
        if name not in tensors or tensors[name].shape != shape or tensors[name].dtype != np.dtype(dtype):
            raise InputError(
                str(path),
                expected=f"{name} of shape {shape} in {dtype}, as run.toml and the data ask for",
                got=f"{tensors[name].dtype} {tensors[name].shape}" if name in tensors else "none",
            )
    weights = Weights(Parameters(architecture, tensors["parameters"]), tensors["moments"], header["step"])
    loss = np.inf if header["best_loss"] is None else header["best_loss"]
    best = Best(
        Parameters(architecture, tensors["best"]),
        header["best_accuracy"],
        loss,
        header["best_epoch"],
        header["best_reached"],
    )
    return State(weights, best, tensors["epoch_losses"], header["finished"]), header["history_bytes"]
