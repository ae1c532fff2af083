"""The suite; the shapes of arrays are checked in whatever it imports."""

from .shapes import check_shapes

check_shapes()
