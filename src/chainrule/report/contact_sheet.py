"""A contact sheet: some images of every class, one row a class, as the network is given them."""

from __future__ import annotations

import io

import numpy as np

from chainrule.data.dataset import Dataset
from chainrule.errors import InputError
from chainrule.randomness import Purpose, stream

COLUMNS = 12
TALLEST = 40  # classes that one sheet shows
CELL = 64  # pixels that the longer side of a small image is enlarged to, at least


def draw_contact_sheet(dataset: Dataset, seed: int = 0) -> bytes:
    """Return a PNG of up to twelve images of each class, drawn at random, with the classes' names.

    Raises
    ------
    InputError
        If the data set is a table.
    """
    from PIL import Image, ImageDraw, ImageFont

    if dataset.image_shape is None:
        raise InputError("--sheet", expected="a data set of images", got=f"{dataset.name}, a table")
    height, width, channels = dataset.image_shape
    zoom = max(1, CELL // max(height, width))
    cell_width, cell_height = width * zoom + 4, max(height * zoom + 4, 18)
    font = ImageFont.load_default(14)
    names = dataset.classes[:TALLEST]
    margin = 12 + int(max(font.getlength(name) for name in names))
    sheet = Image.new("RGB", (margin + COLUMNS * cell_width, len(names) * cell_height), "white")
    draw = ImageDraw.Draw(sheet)
    for label, name in enumerate(names):
        top = label * cell_height
        draw.text((6, top + cell_height // 2), name, fill="black", font=font, anchor="lm")
        rows = np.flatnonzero(dataset.train.y == label)
        chosen = stream(seed, Purpose.SAMPLE, label).permutation(rows)[:COLUMNS]
        for column, row in enumerate(np.sort(chosen)):
            pixels = dataset.train.X[row].reshape(height, width, channels)
            image = Image.fromarray(pixels[..., 0] if channels == 1 else pixels).convert("RGB")
            image = image.resize((width * zoom, height * zoom), Image.Resampling.NEAREST)
            sheet.paste(image, (margin + column * cell_width + 2, top + 2))
    buffer = io.BytesIO()
    sheet.save(buffer, format="png")
    return buffer.getvalue()
