"""The working folder of one run: empty, home too, gone afterwards."""

from __future__ import annotations

import os
import shutil
import sys
from contextlib import suppress
from pathlib import Path

CALLED_HOME = ("HOME", "USERPROFILE", "TMPDIR", "TEMP", "TMP", "MPLCONFIGDIR", "XDG_CACHE_HOME")


def settle(folder: Path) -> None:
    """Work in ``folder``, call it home, and leave nothing beside modules that are imported from elsewhere."""
    sys.dont_write_bytecode = True
    os.chdir(folder)
    os.environ.update(dict.fromkeys(CALLED_HOME, str(folder)))


def remove(folder: Path) -> None:
    """Remove the folder, also one whose modes were set to prevent that."""
    for parent, folders, _ in os.walk(folder):
        for path in (Path(parent, name) for name in folders):
            with suppress(OSError):  # it may go meanwhile
                if not path.is_symlink():
                    path.chmod(0o700)
    shutil.rmtree(folder, ignore_errors=True)
