"""What the units of the first layer look for, as a picture: the weights from every pixel, a tile a unit."""

from __future__ import annotations

import math

import numpy as np
from jaxtyping import Float, UInt8
from numpy import ndarray

from chainrule.data.dataset import ImageShape
from chainrule.data.preprocess import Preprocessing
from chainrule.network.parameters import Parameters

MOST = 100  # units that one picture shows


def first_layer_weights(parameters: Parameters, preprocessing: Preprocessing) -> Float[ndarray, "D H"]:
    """Return the weights (D, H) of the first layer's units from each of the D features of a row.

    Where rows are projected before the network sees them, the projection is part of the way there.
    """
    W1 = parameters["W1"]
    return W1 if preprocessing.projection is None else preprocessing.projection @ W1


def draw_filters(weights: Float[ndarray, "D H"], image_shape: ImageShape) -> UInt8[ndarray, "height width channels"]:
    """Return a picture (height, width, channels) uint8 of weights (D, H): the first hundred units, row by row.

    Grey is a weight of zero; every unit has its own scale, so that its largest weight is black or white.
    """
    height, width, channels = image_shape
    n = min(weights.shape[1], MOST)
    columns = math.ceil(math.sqrt(n))
    tiles = weights[:, :n].T.reshape(n, height, width, channels).astype(np.float64)
    largest = np.abs(tiles).max(axis=(1, 2, 3), keepdims=True)
    tiles = np.divide(tiles, largest, out=np.zeros_like(tiles), where=largest > 0)
    rows = math.ceil(n / columns)
    sheet = np.full((rows * (height + 1) - 1, columns * (width + 1) - 1, channels), 255, np.uint8)  # a line between
    for unit, tile in enumerate(np.rint(127.5 + 127.5 * tiles).astype(np.uint8)):
        top, left = (unit // columns) * (height + 1), (unit % columns) * (width + 1)
        sheet[top : top + height, left : left + width] = tile
    return sheet


def png(picture: UInt8[ndarray, "height width channels"]) -> bytes:
    """Return a picture (height, width, channels) uint8 as a PNG."""
    import io

    from PIL import Image

    buffer = io.BytesIO()
    Image.fromarray(picture[..., 0] if picture.shape[2] == 1 else picture).save(buffer, format="png")
    return buffer.getvalue()
