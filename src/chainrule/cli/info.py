"""``chainrule info``: what this machine is, and how fast its matrix product."""

from __future__ import annotations

import json
import platform
from typing import Annotated

import numba
import numpy as np
import scipy
import typer
from rich.console import Console

from chainrule.data.cache import cache_folder
from chainrule.engine.compiled import must_compile
from chainrule.engine.machine import processor_name, product_rate, thread_pools
from chainrule.training.defaults import available_cores
from chainrule.version import __version__

HELP = """Say what this machine is: versions, processor, linear algebra, and its measured rate of the matrix product.

A training step is two large matrix products and small change, so that rate is the speed of training.

Examples:

* `chainrule info`

* `chainrule info --json`
"""


def command(
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON, and nothing else.")] = False,
) -> None:
    """See HELP."""
    rates = {dtype: round(product_rate(dtype), 1) for dtype in ("float32", "float64")}
    information = {
        "chainrule": __version__,
        "python": platform.python_version(),
        "numpy": np.__version__,
        "scipy": scipy.__version__,
        "numba": numba.__version__,
        "platform": platform.platform(),
        "processor": processor_name(),
        "cores": available_cores(),
        "thread_pools": thread_pools(),
        "gflops": rates,
        "engine_compiled": not must_compile(),
        "cache": str(cache_folder()),
    }
    if as_json:
        print(json.dumps(information, indent=2))
        return
    console = Console(highlight=False, markup=False, soft_wrap=True)
    for name in ("chainrule", "python", "numpy", "scipy", "numba", "platform", "processor", "cores", "cache"):
        console.print(f"{name:10} {information[name]}")
    for pool in thread_pools():
        kernels = f", kernels for {pool['architecture']}" if pool["architecture"] else ""
        console.print(
            f"{pool['user_api']:10} {pool['library']} {pool['version']}, {pool['num_threads']} threads{kernels}"
        )
    for dtype, rate in rates.items():
        console.print(f"{dtype:10} {rate:.0f} GFLOP/s in a product of 250x3072 by 3072x1024")
    console.print(f"{'engine':10} {'compiled and kept' if not must_compile() else 'compiles at its first use'}")


command.__doc__ = HELP
