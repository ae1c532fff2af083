"""Whether plain compiled loops beat a call of BLAS for small layers: ``python -m benchmarks.small_products``."""

from __future__ import annotations

import time
from collections.abc import Callable

import numpy as np
from numpy import ndarray
from threadpoolctl import threadpool_limits

from chainrule.engine.blas import matmul
from chainrule.engine.compiling import compiled

SHAPES = ((32, 64, 32), (32, 32, 10), (16, 20, 8), (16, 8, 2), (128, 256, 10), (200, 784, 100))
ROUNDS = 15


@compiled()
def by_blas(a: ndarray, w: ndarray, z: ndarray, N: int, I: int, O: int, repeats: int) -> None:  # noqa: E741
    """Add a (N, I) times w (I, O) to z (N, O), so many times."""
    for _ in range(repeats):
        matmul(a, 0, False, w, 0, False, z, 0, N, O, I, 1.0, 1.0)


@compiled(fastmath={"reassoc", "contract", "nsz"})
def by_loops(a: ndarray, w: ndarray, z: ndarray, N: int, I: int, O: int, repeats: int) -> None:  # noqa: E741
    """Do the same in loops, the innermost over neighbours in memory."""
    for _ in range(repeats):
        for n in range(N):
            row = z[n * O : (n + 1) * O]
            for i in range(I):
                x, weights = a[n * I + i], w[i * O : (i + 1) * O]
                for o in range(O):
                    row[o] += x * weights[o]


def microseconds(function: Callable[..., None], N: int, I: int, O: int) -> float:  # noqa: E741
    """Return the median time of one product."""
    a, w = np.full(N * I, 1e-3, np.float32), np.full(I * O, 1e-3, np.float32)
    z = np.zeros(N * O, np.float32)
    repeats = int(np.clip(2e7 / (N * I * O), 20, 5000))
    function(a, w, z, N, I, O, 1)
    times = []
    for _ in range(ROUNDS):
        began = time.perf_counter()
        function(a, w, z, N, I, O, repeats)
        times.append((time.perf_counter() - began) / repeats)
    return float(np.median(times) * 1e6)


def main() -> None:
    """Print a line a shape."""
    print("    N     I     O    BLAS, us   loops, us")
    with threadpool_limits(1):
        for shape in SHAPES:
            blas, loops = microseconds(by_blas, *shape), microseconds(by_loops, *shape)
            print("{:5d} {:5d} {:5d}".format(*shape), f"{blas:11.2f} {loops:11.2f}")


if __name__ == "__main__":
    main()
