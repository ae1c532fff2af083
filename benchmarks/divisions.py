"""How a large product is best divided among threads: ``python -m benchmarks.divisions [--threads T]``.

The forward product and the weight gradient of the first layer at 3072-1024, by BLAS with threads of its own, and by
threads that each multiply a part. These figures are why ``engine/`` divides as it does.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable

import numpy as np
from numpy import ndarray
from threadpoolctl import threadpool_limits

from chainrule.engine.blas import multiply_parts
from chainrule.engine.compiling import compiled
from chainrule.engine.team import GRAIN, Team, part
from chainrule.engine.threads import Threads

D, H = 3072, 1024
BATCHES = (250, 32)
BLOCKS = (16, 64, 192, 768)
ROUNDS = 7


@compiled()
def forward(team: Team, X: ndarray, W: ndarray, z: ndarray, N: int, by_units: bool, repeats: int) -> None:
    """Compute a part of z (N, H) = X (N, D) W (D, H), so many times."""
    top, bottom = (0, N) if by_units else part(team, N, 1)
    left, right = part(team, H, GRAIN) if by_units else (0, H)
    for _ in range(repeats):
        multiply_parts(
            bottom - top, right - left, D, 1.0, X, top * D, D, False, W, left, H, False, 0.0, z, top * H + left, H
        )


@compiled()
def gradient(
    team: Team, X: ndarray, dz: ndarray, dW: ndarray, N: int, rows_of_block: int, beta: float, repeats: int
) -> None:
    """Compute a part of dW (D, H) = Xᵀ dz + beta dW, so many rows at a time, so many times."""
    first, last = part(team, D, GRAIN)
    for _ in range(repeats):
        for top in range(first, last, rows_of_block):
            rows = min(rows_of_block, last - top)
            multiply_parts(rows, H, N, 1.0, X, top, D, True, dz, 0, H, False, beta, dW, top * H, H)


def milliseconds(function: Callable[..., None], threads: int, arguments: tuple[object, ...], N: int) -> float:
    """Return the median time of one product on so many threads."""
    repeats, team = max(1, 4000 // N), Threads()
    team.run(lambda me: function(me, *arguments, 1), threads)
    times = []
    for _ in range(ROUNDS):
        began = time.perf_counter()
        team.run(lambda me: function(me, *arguments, repeats), threads)
        times.append((time.perf_counter() - began) / repeats)
    return float(np.median(times) * 1e3)


def main() -> None:
    """Print a line a division."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.divisions", description="Time divided products.")
    parser.add_argument("--threads", type=int, default=2, help="how many threads multiply")
    threads = parser.parse_args().threads
    rng = np.random.default_rng(0)
    W, dW = rng.standard_normal(D * H, np.float32), np.zeros(D * H, np.float32)
    for N in BATCHES:
        X, dz, z = rng.standard_normal(N * D, np.float32), np.full(N * H, 1e-6, np.float32), np.zeros(N * H, np.float32)

        def show(text: str, function: Callable[..., None], team: int, *arguments: object, N: int = N) -> None:
            print(f"N = {N:<4} {text:<48} {milliseconds(function, team, arguments, N):7.3f} ms", flush=True)

        with threadpool_limits(threads, user_api="blas"):
            show("X W, BLAS's own threads", forward, 1, X, W, z, N, True)
            show("X W, each thread its units", forward, threads, X, W, z, N, True)
            show("X W, each thread its examples", forward, threads, X, W, z, N, False)
            show("Xᵀ dz, BLAS's own threads", gradient, 1, X, dz, dW, N, D, 0.0)
            show("Xᵀ dz + 0.999 dW, BLAS's own threads", gradient, 1, X, dz, dW, N, D, 0.999)
            show("Xᵀ dz, each thread its rows", gradient, threads, X, dz, dW, N, D, 0.0)
            for rows in BLOCKS:
                show(f"Xᵀ dz, its rows in blocks of {rows}", gradient, threads, X, dz, dW, N, rows, 0.0)


if __name__ == "__main__":
    main()
