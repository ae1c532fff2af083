"""OpenBLAS is told its kernels on a processor that it does not know, and only there."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from chainrule import openblas

FLAGS = "fpu avx2 avx512f avx512cd avx512bw avx512dq avx512vl avx512_bf16"
ZEN5 = f"vendor_id\t: AuthenticAMD\ncpu family\t: 26\nflags\t: {FLAGS}\n\nprocessor : 1\n"
CASES = {
    "a processor that is newer than OpenBLAS": (ZEN5, "SkylakeX"),
    "one that it knows": (ZEN5.replace("26", "25"), None),
    "one without AVX-512": (ZEN5.replace("avx512vl", ""), None),
    "another maker's": (ZEN5.replace("AuthenticAMD", "GenuineIntel"), None),
    "no such file": (None, None),
    "an ARM machine": ("processor\t: 0\nFeatures\t: fp asimd\n", None),
}


@pytest.mark.parametrize("name", CASES)
def test_kernels(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    content, expected = CASES[name]
    cpuinfo = tmp_path / "cpuinfo"
    if content is not None:
        cpuinfo.write_text(content)
    monkeypatch.setattr(openblas, "_CPUINFO", cpuinfo)
    monkeypatch.delenv(openblas.VARIABLE, raising=False)
    openblas.choose_kernels()
    assert os.environ.get(openblas.VARIABLE) == expected
    monkeypatch.setenv(openblas.VARIABLE, "Haswell")
    openblas.choose_kernels()
    assert os.environ[openblas.VARIABLE] == "Haswell"


def test_the_command_line_chooses_before_numpy_is_loaded() -> None:
    program = "import sys, chainrule.cli; assert 'numpy' not in sys.modules; assert 'pydantic' not in sys.modules"
    subprocess.run([sys.executable, "-c", program], check=True)
