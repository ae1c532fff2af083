"""What the steps run on: processor, linear algebra and its threads, and the measured rate of the matrix product."""

from __future__ import annotations

import platform
import time
from pathlib import Path
from typing import Any

import numpy as np

from chainrule.engine.blas import matmul

SHAPE = (250, 1024, 3072)  # the large product of the first report's network: N, H, D
MEASURED_SECONDS = 1.0


def product_rate(dtype: str, seconds: float = MEASURED_SECONDS) -> float:
    """Measure the rate of one large matrix product, in GFLOP/s (10^9 multiplications and additions a second).

    The median over as many repetitions as fit into ``seconds``, through the BLAS that the engine calls.
    """
    m, n, k = SHAPE
    rng = np.random.default_rng(0)
    a, b = (rng.standard_normal(size).astype(dtype) for size in (m * k, k * n))
    c = np.zeros(m * n, dtype)
    times: list[float] = []
    end = time.perf_counter() + seconds
    while len(times) < 3 or time.perf_counter() < end:
        began = time.perf_counter()
        matmul(a, 0, False, b, 0, False, c, 0, m, n, k, 1.0, 0.0)
        times.append(time.perf_counter() - began)
    return float(2 * m * n * k / np.median(times[1:]) / 1e9)


def processor_name() -> str:
    """Return the processor's own name where the system tells it."""
    cpuinfo = Path("/proc/cpuinfo")
    if cpuinfo.exists():
        for line in cpuinfo.read_text().splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    return platform.processor() or platform.machine()


def thread_pools() -> list[dict[str, Any]]:
    """Return every BLAS and OpenMP of the process: its library, version, kernels chosen for, and threads."""
    from threadpoolctl import threadpool_info

    keys = ("user_api", "internal_api", "version", "architecture", "num_threads")
    return [
        {"library": Path(pool["filepath"]).name, **{key: pool.get(key) for key in keys}} for pool in threadpool_info()
    ]
