"""Whether what stands in a model file fits together: one that does not is refused by the name of what is wrong."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Annotated, Any

import numpy as np
from jaxtyping import Shaped
from numpy import ndarray
from pydantic import BaseModel, Field, ValidationError

from chainrule.errors import InputError
from chainrule.network.parameters import Architecture

Size = Annotated[int, Field(ge=1)]
FITTED = ("shift", "factor", "projection")


class Network(BaseModel):
    """The sizes and functions of the network, as a header has them."""

    input_size: Size
    hidden_sizes: tuple[Size, ...]
    output_size: Size
    activation: str = "relu"
    loss: str = "softmax"


class Header(BaseModel):
    """What a model file says of itself beside its arrays."""

    architecture: Network
    preprocessing: tuple[str, ...]
    classes: tuple[str, ...]
    image_shape: tuple[Size, Size, Size] | None
    feature_names: tuple[str, ...] | None


def checked_header(path: Path, values: dict[str, Any]) -> Header:
    """Return a header once everything in it has the type that it should have.

    Raises
    ------
    InputError
        Naming the first entry that has not.
    """
    try:
        return Header.model_validate(values)
    except ValidationError as error:
        first = error.errors()[0]
        got = "none" if first["type"] == "missing" else repr(first["input"])
        where = ".".join(map(str, first["loc"]))
        raise InputError(str(path), expected=f"a model's header with {where}", got=got) from None


def architecture_of(path: Path, header: Header) -> Architecture:
    """Return the network that a header speaks of.

    Raises
    ------
    InputError
        If a function is none that we know, or the network is too large for any memory.
    """
    try:
        return Architecture(**header.architecture.model_dump())
    except InputError as error:
        raise InputError(str(path), expected=error.expected, got=error.got, where=error.who) from None


def check_arrays(
    path: Path, tensors: dict[str, Shaped[ndarray, "..."]], header: Header, architecture: Architecture
) -> None:
    """See that the arrays have the shapes and types that a model of these sizes has.

    Raises
    ------
    InputError
        Naming the first that has not.
    """
    for name, shape in architecture.shapes.items():
        _check_shape(path, tensors, name, shape)
    dtype = tensors["W1"].dtype
    if dtype not in (np.float32, np.float64):
        raise InputError(str(path), expected="W1 of float32 or float64", got=str(dtype))
    for name in architecture.shapes:
        if tensors[name].dtype != dtype:
            raise InputError(str(path), expected=f"{name} of {dtype}, as W1 is", got=str(tensors[name].dtype))
        if not np.isfinite(tensors[name]).all():
            raise InputError(
                str(path), expected="finite weights and biases", got="others", where=name, advice="train it again"
            )
    _check_preprocessing(path, tensors, header, architecture.input_size)


def _check_preprocessing(
    path: Path, tensors: dict[str, Shaped[ndarray, "..."]], header: Header, input_size: int
) -> None:
    """See that the features which come in are those that the preprocessing and the labels of columns speak of."""
    projection = tensors.get("preprocessing.projection")
    D = input_size if projection is None else len(projection)
    for name, shape in zip(FITTED, ((D,), (D,), (D, input_size)), strict=True):
        if f"preprocessing.{name}" in tensors:
            _check_shape(path, tensors, f"preprocessing.{name}", shape)
    image, names = header.image_shape, header.feature_names
    if image is not None and math.prod(image) != D:
        raise InputError(str(path), expected=f"an image_shape of {D} values, the features", got=str(image))
    if names is not None and len(names) != D:
        raise InputError(str(path), expected=f"{D} feature_names, one a feature", got=str(len(names)))


def check_classes(path: Path, header: Header) -> None:
    """See that every score has the name of its class.

    Raises
    ------
    InputError
        If there are more or fewer names.
    """
    C = header.architecture.output_size
    if len(header.classes) != C:
        raise InputError(str(path), expected=f"{C} classes, one a score", got=str(len(header.classes)))


def _check_shape(path: Path, tensors: dict[str, Shaped[ndarray, "..."]], name: str, shape: tuple[int, ...]) -> None:
    if name not in tensors or tensors[name].shape != shape:
        found = "none" if name not in tensors else f"shape {tensors[name].shape}"
        raise InputError(str(path), expected=f"{name} of shape {shape}", got=found)
