"""One image file to one row of pixels."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from io import BytesIO
from typing import TYPE_CHECKING

import numpy as np
from jaxtyping import UInt8
from numpy import ndarray

from chainrule.data.dataset import ImageShape
from chainrule.errors import InputError

if TYPE_CHECKING:
    from PIL.Image import Image

FORMATS = ("JPEG", "PNG", "BMP", "GIF", "WEBP", "TIFF", "PPM", "TGA", "JPEG2000", "AVIF", "ICO")
"""Pillow's names of what is read. PostScript is left out: reading it runs another program."""

_ORIENTATION = 0x0112  # the EXIF tag
_SIDEWAYS = {5, 6, 7, 8}


@dataclass(frozen=True)
class Plan:
    """What every image of a set is made into: ``size`` is (width, height)."""

    size: tuple[int, int]
    is_grayscale: bool

    @property
    def image_shape(self) -> ImageShape:
        """(height, width, channels) of one image."""
        return (self.size[1], self.size[0], 1 if self.is_grayscale else 3)


@dataclass(frozen=True)
class Opened:
    """An image whose header is read: ``size`` is (width, height) as it is to be looked at."""

    image: Image
    size: tuple[int, int]
    is_grayscale: bool


@cache
def image_suffixes() -> frozenset[str]:
    """Return the file name suffixes, with their dots, of the formats that are read."""
    from PIL import Image

    return frozenset(suffix for suffix, name in Image.registered_extensions().items() if name in FORMATS)


@contextmanager
def pillow_warnings() -> Iterator[None]:
    """Make Pillow's warning of a decompression bomb an error, and keep its other remarks from the user's screen."""
    from PIL.Image import DecompressionBombWarning

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        warnings.simplefilter("error", DecompressionBombWarning)
        yield


def open_image(data: bytes, who: str) -> Opened:
    """Read the header of an image file.

    Raises
    ------
    InputError
        If Pillow cannot read it, or if it would unpack to an unreasonable number of pixels.
    """
    from PIL import Image

    try:
        image = Image.open(BytesIO(data), formats=FORMATS)
        turned = image.getexif().get(_ORIENTATION) in _SIDEWAYS
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise InputError(
            who,
            expected=f"an image of at most {Image.MAX_IMAGE_PIXELS or 0:,} pixels",
            got="a larger one, as are made to exhaust the memory",
            advice="scale it down, or remove it",
        ) from error
    except Exception as error:  # damaged headers make Pillow fail in any way
        raise _unreadable(who, error) from error
    size = (image.height, image.width) if turned else image.size
    return Opened(image, size, image.mode in {"1", "L", "LA", "I", "F"} or image.mode.startswith("I;16"))


def pixels(opened: Opened, plan: Plan, who: str) -> UInt8[ndarray, " D"]:
    """Return the pixels (height * width * channels,) uint8 of an image made to the plan.

    Transparent parts become white; an image of another size is stretched to the plan's, averaging where it shrinks.

    Raises
    ------
    InputError
        If the image is cut off, or has levels that do not fit into 16 bits.
    """
    try:
        return np.asarray(_converted(opened.image, plan), np.uint8).reshape(-1)
    except InputError:
        raise
    except Exception as error:  # damaged pixels make Pillow fail in any way
        raise _unreadable(who, error) from error


def _converted(image: Image, plan: Plan) -> Image:
    from PIL import Image, ImageOps

    if image.size != plan.size:
        larger = 2 * max(plan.size)  # a JPEG then decodes at a half, a quarter or an eighth, still sharp enough
        image.draft(image.mode, (larger, larger))
    if image.getexif():
        image = ImageOps.exif_transpose(image)
    image = _on_white(_eight_bits(image)).convert("L" if plan.is_grayscale else "RGB")
    return image if image.size == plan.size else image.resize(plan.size, Image.Resampling.LANCZOS, reducing_gap=3.0)


def _eight_bits(image: Image) -> Image:
    """Scale levels of 16 bits to 8, where Pillow would clip them."""
    from PIL import Image

    if image.mode not in {"I", "F"} and not image.mode.startswith("I;16"):
        return image
    levels = np.asarray(image)
    if image.mode == "F" or levels.min() < 0 or levels.max() > 0xFFFF:
        raise ValueError("its levels are neither of 8 nor of 16 bits")
    return Image.fromarray(np.round(levels / 257.0).astype(np.uint8))


def _on_white(image: Image) -> Image:
    from PIL import Image

    if not image.has_transparency_data:
        return image
    image = image.convert("RGBA")
    return Image.alpha_composite(Image.new("RGBA", image.size, "white"), image)


def _unreadable(who: str, error: Exception) -> InputError:
    reason = "" if "BytesIO" in str(error) else f" ({error})"  # Pillow names the buffer, which is nobody's file
    return InputError(
        who,
        expected="an image that can be read",
        got=f"a damaged or foreign file{reason}",
        advice="replace it, or remove it",
    )
