"""What the figures were measured on."""

from __future__ import annotations

import os
import platform
from importlib import metadata
from pathlib import Path
from typing import Any

from chainrule.engine.machine import processor_name, thread_pools
from chainrule.training.defaults import available_cores

VARIABLE = "OPENBLAS_CORETYPE"  # a user may hold OpenBLAS to the kernels of an older processor
PACKAGES = ("numpy", "scipy", "numba", "scikit-learn", "torch", "jax")


def describe_machine() -> dict[str, Any]:
    """Return processor, cores, caches, linear algebra and versions as plain values."""
    return {
        "processor": processor_name(),
        "cores": available_cores(),
        "memory_bytes": os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES"),
        "system": f"{platform.system()} {platform.release()}, Python {platform.python_version()}",
        "blas": thread_pools(),
        "kernels_told": os.environ.get(VARIABLE),
        "load_before": _load(),
        "versions": {name: _version(name) for name in PACKAGES},
    }


def machine_lines(machine: dict[str, Any]) -> list[str]:
    """Return it for people."""
    pools = [f"{pool['library']} {pool['version']} ({pool['architecture']})" for pool in machine["blas"]]
    told = [f"{VARIABLE}={machine['kernels_told']}, for everyone"] if machine["kernels_told"] else []
    versions = [f"{name} {version or '–'}" for name, version in machine["versions"].items()]
    return [
        f"{machine['processor']}, {machine['cores']} cores, {machine['memory_bytes'] / 1e9:.0f} GB, "
        f"{machine['system']}, load {machine['load_before']}",
        *(f"BLAS {pool}" for pool in pools),
        *told,
        ", ".join(versions),
    ]


def _version(name: str) -> str | None:
    try:
        return metadata.version(name)
    except metadata.PackageNotFoundError:
        return None


def _load() -> str:
    """Return the load of the last minute: what else was running."""
    file = Path("/proc/loadavg")
    return file.read_text().split()[0] if file.exists() else "unknown"
