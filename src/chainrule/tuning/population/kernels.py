"""What happens between the products for all networks side by side, compiled: see ``engine.kernels`` for the style.

A row of values holds the units of all networks, so loops run over whole rows and are long where those of one network
would be short. Numbers that differ from network to network are vectors with one entry a column.
"""

from __future__ import annotations

from numpy import ndarray

from chainrule.engine.compiling import compiled

_FAST = {"reassoc", "contract", "nsz"}


@compiled(fastmath={"contract", "nsz"})
def scale_and_add_bias(z: ndarray, scale: ndarray, b: ndarray, floor: float) -> None:
    """Replace z (N, units) by ``scale * z + b``, and raise what is below ``floor``: 0 makes it the activation."""
    units, least = len(b), z.dtype.type(floor)
    for n in range(len(z) // units):
        row = z[n * units : (n + 1) * units]
        for i in range(units):
            value = row[i] * scale[i] + b[i]
            row[i] = least if value < least else value  # nan stays nan


@compiled(fastmath=_FAST)
def relu_backward(da: ndarray, a: ndarray, sums: ndarray) -> None:
    """Replace da by ``dz = da * [z > 0]``, and write the sums of its columns, the bias gradients, to ``sums``."""
    units, zero = len(sums), da.dtype.type(0)
    for i in range(units):
        sums[i] = zero
    for n in range(len(da) // units):
        row, active = da[n * units : (n + 1) * units], a[n * units : (n + 1) * units]
        for i in range(units):
            value = row[i] if active[i] > 0 else zero
            row[i] = value
            sums[i] += value


@compiled(fastmath=_FAST)
def sum_columns(dz: ndarray, sums: ndarray) -> None:
    """Write the sums of the columns of dz to ``sums``."""
    units = len(sums)
    for i in range(units):
        sums[i] = 0
    for n in range(len(dz) // units):
        row = dz[n * units : (n + 1) * units]
        for i in range(units):
            sums[i] += row[i]


@compiled(fastmath=_FAST)
def scale_columns(values: ndarray, scale: ndarray) -> None:
    """Multiply each column by its own number."""
    units = len(scale)
    for n in range(len(values) // units):
        row = values[n * units : (n + 1) * units]
        for i in range(units):
            row[i] *= scale[i]
