"""TensorBoard's event files: numbers, histograms and pictures, each at a step of a run."""

from __future__ import annotations

import os
import socket
import time
from collections.abc import Mapping
from pathlib import Path
from types import SimpleNamespace

import numpy as np
from jaxtyping import Float, UInt8
from numpy import ndarray

from chainrule.errors import InputError
from chainrule.files import storage_errors
from chainrule.report.filters import png

BINS = 50
BEGINNING = "events.out.tfevents."
"""How the name of every such file begins; readers know them by it."""


def import_tensorboard() -> SimpleNamespace:
    """Return what is needed of the package tensorboard, under one name.

    Raises
    ------
    InputError
        If it is not installed.
    """
    try:
        from tensorboard.compat.proto.event_pb2 import Event, SessionLog
        from tensorboard.compat.proto.summary_pb2 import HistogramProto, Summary
        from tensorboard.summary.writer.record_writer import RecordWriter
    except ImportError:
        raise InputError(
            "--tensorboard",
            expected="the package tensorboard, whose files these are",
            got="an installation without it",
            advice="pip install 'chainrule[tensorboard]'",
        ) from None
    return SimpleNamespace(
        Event=Event, SessionLog=SessionLog, HistogramProto=HistogramProto, Summary=Summary, RecordWriter=RecordWriter
    )


class EventFile:
    """A new event file in a folder; written where it is called from, without a thread.

    Parameters
    ----------
    folder : Path
        Made if it is not there.
    step : int
        The first step that the file tells of: what older files say of it and of later ones, readers forget.
    """

    def __init__(self, folder: Path, step: int) -> None:
        self._proto = import_tensorboard()
        self._folder = folder
        name = f"{BEGINNING}{int(time.time()):010d}.{socket.gethostname()}.{os.getpid()}.{time.monotonic_ns()}"
        with storage_errors(str(folder)):
            folder.mkdir(parents=True, exist_ok=True)
            self._records = self._proto.RecordWriter((folder / name).open("xb"))
        self._write(self._proto.Event(file_version="brain.Event:2"))
        start = self._proto.SessionLog(status=self._proto.SessionLog.START)
        self._write(self._proto.Event(step=step, session_log=start))

    def numbers(self, step: int, numbers: Mapping[str, float]) -> None:
        """Write numbers by tag."""
        value = self._proto.Summary.Value
        self._summary(step, *(value(tag=tag, simple_value=number) for tag, number in numbers.items()))

    def histograms(self, step: int, arrays: Mapping[str, Float[ndarray, "..."]]) -> None:
        """Write how the entries of arrays are distributed, by tag."""
        value = self._proto.Summary.Value
        self._summary(step, *(value(tag=tag, histo=self._histogram(array)) for tag, array in arrays.items()))

    def picture(self, step: int, tag: str, picture: UInt8[ndarray, "height width channels"]) -> None:
        """Write a picture (height, width, channels) of uint8."""
        height, width, channels = picture.shape
        image = self._proto.Summary.Image(
            height=height, width=width, colorspace=channels, encoded_image_string=png(picture)
        )
        self._summary(step, self._proto.Summary.Value(tag=tag, image=image))

    def flush(self) -> None:
        """Let readers see what has been written."""
        with storage_errors(str(self._folder)):
            self._records.flush()

    def close(self) -> None:
        """End the file."""
        with storage_errors(str(self._folder)):
            self._records.close()

    def _histogram(self, array: Float[ndarray, "..."]) -> object:
        values = array.astype(np.float64).ravel()
        counts, edges = np.histogram(values, BINS)
        return self._proto.HistogramProto(
            min=values.min(),
            max=values.max(),
            num=values.size,
            sum=values.sum(),
            sum_squares=values @ values,
            bucket_limit=edges.tolist(),
            bucket=[0, *counts.tolist()],  # an empty one first: its limit is where the second begins
        )

    def _summary(self, step: int, *values: object) -> None:
        self._write(self._proto.Event(step=step, summary=self._proto.Summary(value=values)))

    def _write(self, event: object) -> None:
        event.wall_time = time.time()  # type: ignore[attr-defined]
        with storage_errors(str(self._folder)):
            self._records.write(event.SerializeToString())  # type: ignore[attr-defined]
