"""Test what users get: build the wheel, install it alone in a new environment, and run the suite from there.

    python tools/test_wheel.py --python python3.13 --versions lowest -- -n 2 -m "not slow"

The suite comes from the source distribution, without the folder src/, so nothing can be imported but the wheel. The
dependencies are the newest that pyproject.toml allows, or the oldest. Behind -- stands what pytest is given.
"""

from __future__ import annotations

import argparse
import re
import shutil
import subprocess
import sys
import tarfile
import tempfile
import tomllib
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
        suite = unpack(sdist, place / "suite")
        python = install(wheel, suite, options.python, options.versions, place / "environment")
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


def install(wheel: Path, suite: Path, base: str, versions: str, folder: Path) -> Path:
    """Make an environment with the wheel and what the tests need; return its Python.

    What a wheel depends on is indirect to uv, of which it takes the newest; what pyproject.toml names is direct.
    """
    run(sys.executable, "-m", "uv", "venv", "--quiet", "--python", base, folder)
    python = next(path for path in (folder / "bin" / "python", folder / "Scripts" / "python.exe") if path.exists())
    pip_install = (sys.executable, "-m", "uv", "pip", "install", "--python", python, "--only-binary", ":all:")
    run(*pip_install, "--resolution", RESOLUTION[versions], "-r", suite / "pyproject.toml", "--extra", "dev")
    run(*pip_install, "--no-deps", wheel)
    if versions == "lowest":
        must_be_lowest(python, suite / "pyproject.toml")
    return python


def must_be_lowest(python: Path, pyproject: Path) -> None:
    """See that the environment has the oldest versions: 2.2.x where pyproject.toml says >=2.2."""
    project = tomllib.loads(pyproject.read_text(encoding="utf-8"))["project"]
    bounds = re.findall(r"^([\w-]+)\S*>=([\d.]+)$", "\n".join(project["dependencies"]), re.MULTILINE)
    asked = (sys.executable, "-m", "uv", "pip", "freeze", "--python", python)
    frozen = subprocess.run([str(word) for word in asked], check=True, capture_output=True, text=True).stdout
    installed = dict(re.findall(r"^(\S+)==(\S+)$", frozen, re.MULTILINE))
    newer = [f"{name} {installed[name]}" for name, bound in bounds if not f"{installed[name]}.".startswith(f"{bound}.")]
    if newer or not bounds:
        sys.exit(f"these are not the oldest versions that pyproject.toml allows: {', '.join(newer) or 'no bounds'}")


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
