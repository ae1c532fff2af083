"""Test what users get: build the wheel, install it alone in a new environment, and run the suite from there.

    python tools/test_wheel.py --python python3.13 --versions lowest -- -n 2 -m "not slow"

The suite comes from the source distribution, without the folder src/, so nothing can be imported but the wheel. The
dependencies are the newest that pyproject.toml allows, or the oldest. Behind -- stands what pytest is given.
"""

from __future__ import annotations

import argparse
import shutil
import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path

ROOT = Path(__file__).parents[1]
RESOLUTION = {"highest": "highest", "lowest": "lowest-direct"}
# old releases warn of the new releases of what they use themselves; nobody but their authors can mend that
PYTEST_OPTIONS = {"highest": [], "lowest": ["-W", "ignore::DeprecationWarning"]}


def main() -> int:
    """Return the exit code of pytest."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--python", default=sys.executable, help="the Python to test with")
    parser.add_argument("--versions", choices=RESOLUTION, default="highest", help="of the dependencies")
    parser.add_argument("--dist", type=Path, help="a folder with both distributions; built if absent")
    parser.add_argument("pytest", nargs="*", help="what pytest is given")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="chainrule-wheel-") as folder:
        place = Path(folder)
        wheel, sdist = distributions(options.dist or built(place / "dist"))
        python = install(wheel, options.python, options.versions, place / "environment")
        suite = unpack(sdist, place / "suite")
        command = [python, "-m", "pytest", *PYTEST_OPTIONS[options.versions], *options.pytest]
        return subprocess.run(command, cwd=suite, check=False).returncode


def built(folder: Path) -> Path:
    """Build the source distribution, and the wheel from it."""
    run(sys.executable, "-m", "build", "--outdir", folder, ROOT)
    return folder


def distributions(folder: Path) -> tuple[Path, Path]:
    """Return the one wheel and the one source distribution in a folder."""
    (wheel,), (sdist,) = folder.glob("*.whl"), folder.glob("*.tar.gz")
    return wheel.resolve(), sdist.resolve()


def install(wheel: Path, base: str, versions: str, folder: Path) -> Path:
    """Make an environment with the wheel and what the tests need; return its Python."""
    run(sys.executable, "-m", "uv", "venv", "--quiet", "--python", base, folder)
    python = next(path for path in (folder / "bin" / "python", folder / "Scripts" / "python.exe") if path.exists())
    run(
        *(sys.executable, "-m", "uv", "pip", "install", "--python", python, "--only-binary", ":all:"),
        *("--resolution", RESOLUTION[versions], f"{wheel}[dev]"),
    )
    return python


def unpack(sdist: Path, folder: Path) -> Path:
    """Unpack the source distribution without the package, and return its folder."""
    with tarfile.open(sdist) as archive:
        archive.extractall(folder, filter="data")
    (root,) = folder.iterdir()
    shutil.rmtree(root / "src")
    return root


def run(*command: object) -> None:
    """Run a command that must succeed."""
    subprocess.run([str(word) for word in command], check=True)


if __name__ == "__main__":
    sys.exit(main())
