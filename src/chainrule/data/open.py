"""The one door of this room: a name or a path to a data set."""

from __future__ import annotations

from dataclasses import replace
from difflib import get_close_matches
from functools import partial
from pathlib import Path

from chainrule.data.arrays import read_arrays
from chainrule.data.cache import read_cached
from chainrule.data.cifar10 import read_cifar10
from chainrule.data.dataset import Dataset
from chainrule.data.digits import read_digits
from chainrule.data.download import fetch_cifar10
from chainrule.data.images import Progress, read_images, refuse_odd_size
from chainrule.data.recognise import ACCEPTED, Kind, kind_of
from chainrule.data.tables import read_table
from chainrule.data.validate import validated
from chainrule.errors import InputError
from chainrule.files import storage_errors

NAMES = ("digits", "cifar10")


def open_data(
    source: str | Path,
    *,
    label: str | None = None,
    image_size: tuple[int, int] | None = None,
    progress: Progress | None = None,
) -> Dataset:
    """Read a data set by its name or from its files.

    Parameters
    ----------
    source : str or Path
        ``digits``, ``cifar10`` (downloaded once), or a file or folder: CIFAR-10's published archives, class folders of
        images, ``.npz``, a folder of ``.npy``, ``.csv``, ``.parquet``. A file called like a name is reached as
        ``./digits``.
    label : str, optional
        For tables, the column of labels.
    image_size : (width, height), optional
        For class folders of images, the size to give them.
    progress : callable, optional
        Told now and then how many of how many are done: images while decoding, bytes while downloading.

    Raises
    ------
    InputError
        If the source is unknown, cannot be used, or has no use for an option that was given.
    StorageError
        If it cannot be read from the disk or the network.
    """
    if isinstance(source, str) and source in NAMES:
        _refuse_option("--label", label, source)
        _refuse_option("--image-size", image_size, source)
        return validated(read_digits() if source == "digits" else _read_published_cifar10(progress))
    if not str(source):
        raise InputError("the data", expected=ACCEPTED, got="an empty name")
    path = Path(source).expanduser().absolute()
    with storage_errors(str(path)):
        if not path.exists():
            raise _missing(source)
        kind = kind_of(path)
    if kind is not Kind.TABLE:
        _refuse_option("--label", label, f"{kind.value} ({path})")
    if kind is not Kind.IMAGES:
        _refuse_option("--image-size", image_size, f"{kind.value} ({path})")
    return validated(_read(path, kind, label, image_size, progress))


def _read(
    path: Path, kind: Kind, label: str | None, image_size: tuple[int, int] | None, progress: Progress | None
) -> Dataset:
    match kind:
        case Kind.CIFAR10:
            return read_cached(path, "cifar10", partial(read_cifar10, path))
        case Kind.IMAGES:
            refuse_odd_size(image_size)
            read = partial(read_images, path, image_size=image_size, progress=progress)
            return read_cached(path, f"images {image_size}", read)
        case Kind.ARRAYS:
            return read_arrays(path)
        case Kind.TABLE:
            return read_table(path, label)


def _read_published_cifar10(progress: Progress | None) -> Dataset:
    archive = fetch_cifar10(progress)
    dataset = read_cached(archive, "cifar10", partial(read_cifar10, archive))
    return replace(dataset, source="cifar10", notes=(*dataset.notes, f"the published archive is kept as {archive}"))


def _refuse_option(option: str, value: object, data: str) -> None:
    if value is not None:
        raise InputError(option, expected=f"nothing for {data}", got=str(value), advice=f"leave {option} out")


def _missing(source: str | Path) -> InputError:
    close = get_close_matches(str(source).lower(), NAMES, n=1, cutoff=0.5)
    return InputError(
        str(source),
        expected=ACCEPTED,
        got="a name that is none of these, and no file or folder of that name",
        advice=f"did you mean {close[0]}?" if close else "check the path, or begin with digits, which needs no file",
    )
