"""What kind of data a path holds, told from its content; a suffix decides only where the content does not."""

from __future__ import annotations

import zipfile
from enum import Enum
from pathlib import Path

from chainrule.data.cifar10 import is_cifar10
from chainrule.errors import InputError

ACCEPTED = (
    "digits, cifar10, CIFAR-10's archives (.tar.gz or unpacked), a folder or .zip of class folders with images, "
    ".npz with X and y or a folder of X.npy and y.npy, .csv, .parquet"
)


class Kind(Enum):
    """The readers there are."""

    CIFAR10 = "CIFAR-10 archive"
    IMAGES = "images"
    ARRAYS = "arrays"
    TABLE = "table"


_MAGIC = {
    b"\x1f\x8b": Kind.CIFAR10,  # gzip
    b"BZh": Kind.CIFAR10,
    b"\xfd7zXZ": Kind.CIFAR10,
    b"PAR1": Kind.TABLE,
}
_SUFFIXES = {
    ".tar.gz": Kind.CIFAR10,
    ".tgz": Kind.CIFAR10,
    ".tar": Kind.CIFAR10,
    ".npz": Kind.ARRAYS,
    ".zip": Kind.IMAGES,
    ".csv": Kind.TABLE,
    ".parquet": Kind.TABLE,
}


def kind_of(path: Path) -> Kind:
    """Return the kind of an existing file or folder.

    Raises
    ------
    InputError
        If it is none of those that are accepted.
    """
    if path.is_dir():
        if not any(path.iterdir()):
            raise InputError(str(path), expected=ACCEPTED, got="an empty folder")
        if (path / "X.npy").is_file():
            return Kind.ARRAYS
        return Kind.CIFAR10 if is_cifar10(path) else Kind.IMAGES
    if not path.is_file():
        raise InputError(str(path), expected=ACCEPTED, got="neither a file nor a folder")
    with path.open("rb") as file:
        head = file.read(1 << 12)
    if not head:
        raise InputError(str(path), expected=ACCEPTED, got="an empty file")
    kind = _kind_by_content(path, head) or _kind_by_suffix(path.name)
    if kind is None:
        raise InputError(str(path), expected=ACCEPTED, got=f"a file that begins with {head[:16]!r}")
    return kind


def _kind_by_content(path: Path, head: bytes) -> Kind | None:
    for magic, kind in _MAGIC.items():
        if head.startswith(magic):
            return kind
    if head[257:262] == b"ustar":
        return Kind.CIFAR10
    if head.startswith(b"PK"):
        return _kind_of_zip(path)
    return Kind.TABLE if _looks_like_csv(head) else None


def _kind_of_zip(path: Path) -> Kind | None:
    """Tell arrays from images; None for a zip whose list of members is cut off."""
    try:
        with zipfile.ZipFile(path) as archive:
            names = archive.namelist()
    except (zipfile.BadZipFile, ValueError, NotImplementedError):
        return None if _kind_by_suffix(path.name) else Kind.IMAGES
    return Kind.ARRAYS if any(name.endswith(".npy") and "/" not in name for name in names) else Kind.IMAGES


def _looks_like_csv(head: bytes) -> bool:
    first_line = head.split(b"\n")[0]
    return b"," in first_line and b"\0" not in head and not first_line.lstrip().startswith((b"{", b"[", b"<"))


def _kind_by_suffix(name: str) -> Kind | None:
    lower = name.lower()
    return next((kind for suffix, kind in _SUFFIXES.items() if lower.endswith(suffix)), None)
