"""Tells OpenBLAS which of its kernels to use on processors that it does not know.

OpenBLAS picks the kernels of its matrix product by the model of the processor, and takes those of 2013 (AVX2) for a
model that is newer than itself. On such a processor with AVX-512 the right ones are nearly twice as fast.
`docs/performance.md` has the measurement.
"""

from __future__ import annotations

import os
from pathlib import Path

VARIABLE = "OPENBLAS_CORETYPE"
_CPUINFO = Path("/proc/cpuinfo")
_AVX512 = {"avx512f", "avx512cd", "avx512bw", "avx512dq", "avx512vl"}
_UNKNOWN_AMD = 26  # the family of Zen 5, the first that OpenBLAS 0.3.31 takes for an older one


def choose_kernels() -> None:
    """Set ``OPENBLAS_CORETYPE`` where OpenBLAS would choose badly; a value that the user has set stands.

    It must be called before NumPy or SciPy is imported, because OpenBLAS reads it when it is loaded.
    """
    if VARIABLE not in os.environ and _is_unknown(_first_processor()):
        os.environ[VARIABLE] = "SkylakeX"


def _first_processor() -> dict[str, str]:
    """Return what Linux tells of the first processor; nothing elsewhere."""
    try:
        with _CPUINFO.open() as file:
            lines = file.read(1 << 14).partition("\n\n")[0].splitlines()
    except OSError:
        return {}
    pairs = (line.partition(":") for line in lines)
    return {name.strip(): value.strip() for name, _, value in pairs}


def _is_unknown(processor: dict[str, str]) -> bool:
    family = processor.get("cpu family", "")
    return (
        processor.get("vendor_id") == "AuthenticAMD"
        and family.isdecimal()
        and int(family) >= _UNKNOWN_AMD
        and set(processor.get("flags", "").split()) >= _AVX512
    )
