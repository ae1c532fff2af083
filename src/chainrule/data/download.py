"""CIFAR-10's published archive, fetched once into the cache folder; a broken download goes on where it stopped."""

from __future__ import annotations

import logging
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from chainrule.data.cache import cache_folder
from chainrule.errors import InputError, StorageError
from chainrule.files import storage_errors

if TYPE_CHECKING:
    import requests

    from chainrule.data.images import Progress

CIFAR10_URL = "https://www.cs.toronto.edu/~kriz/cifar-10-binary.tar.gz"
CIFAR10_MD5 = "c32a1d4ab5d03f1284b67883e8d87530"
ATTEMPTS = 5
TIMEOUT = 30.0
"""Seconds without a byte after which the server counts as gone."""

_CHUNK = 1 << 14  # what is lost of a chunk when the connection breaks is asked for again


def fetch_cifar10(progress: Progress | None = None) -> Path:
    """Return the path of the published binary archive, downloaded if it is not there yet."""
    return fetch(CIFAR10_URL, CIFAR10_MD5, cache_folder() / "downloads", progress)


def fetch(url: str, md5: str, folder: Path, progress: Progress | None = None) -> Path:
    """Return the path of the file of ``url`` in ``folder``, downloaded if it is not there yet.

    A file is in the folder only when its checksum was right. Until then ``<name>.part`` holds what came, and the next
    call asks for the rest.

    Parameters
    ----------
    progress : callable, optional
        Told the bytes that are here and those in all.

    Raises
    ------
    StorageError
        If the server cannot be reached, or the folder cannot be written.
    InputError
        If what came is not the published file.
    """
    import pooch
    from filelock import FileLock

    path = folder / url.rsplit("/", 1)[-1]
    if path.is_file():
        return path
    pooch.get_logger().setLevel(logging.WARNING)
    with storage_errors(str(folder)):
        folder.mkdir(parents=True, exist_ok=True)
        with FileLock(f"{path}.lock"):  # a second process waits for the first one's download
            try:
                pooch.retrieve(url, f"md5:{md5}", fname=path.name, path=folder, downloader=_resuming(path, progress))
            except ValueError as error:
                raise InputError(
                    url,
                    expected=f"the published file, of MD5 checksum {md5}",
                    got="another one",
                    advice=f"what came was removed: try once more, or {_by_hand(path.name)}",
                ) from error
    return path


def _by_hand(name: str) -> str:
    return f"download the file in another way and name it: --data PATH/{name}"


def _resuming(path: Path, progress: Progress | None) -> Callable[[str, str, object], None]:
    """Return a downloader for pooch that collects a file beside ``path`` and hands it over whole."""
    part = path.with_name(f"{path.name}.part")

    def download(url: str, output_file: str, pooch: object) -> None:
        import requests

        for attempt in range(1, ATTEMPTS + 1):
            before = _size(part)
            try:
                _append_rest(url, part, progress)
                break
            except requests.RequestException as error:
                if attempt == ATTEMPTS or _size(part) == before:
                    raise _unreachable(url, part, error) from error
        part.replace(output_file)

    return download


def _append_rest(url: str, part: Path, progress: Progress | None) -> None:
    """Ask for the bytes after those in ``part`` and append them; begin anew if the server does not give parts."""
    import requests

    start = _size(part)
    headers = {"Accept-Encoding": "identity"} | ({"Range": f"bytes={start}-"} if start else {})
    with requests.get(url, headers=headers, stream=True, timeout=TIMEOUT) as response:
        if response.status_code == requests.codes.requested_range_not_satisfiable:
            if response.headers.get("Content-Range") == f"bytes */{start}":
                return  # all of it was here already
            part.unlink()
            raise requests.ConnectionError("the server has another file now")
        response.raise_for_status()
        continues = response.status_code == requests.codes.partial_content and _begins_at(response, start)
        with part.open("ab" if continues else "wb") as file:
            done = file.tell()
            total = done + int(response.headers.get("Content-Length", 0))
            for chunk in response.iter_content(_CHUNK):
                file.write(chunk)
                done += len(chunk)
                if progress is not None:
                    progress(done, max(done, total))


def _begins_at(response: requests.Response, start: int) -> bool:
    return response.headers.get("Content-Range", "").startswith(f"bytes {start}-")


def _size(part: Path) -> int:
    return part.stat().st_size if part.exists() else 0


def _unreachable(url: str, part: Path, error: Exception) -> StorageError:
    import requests

    kept = f"; {_size(part):,} bytes are kept and the next try goes on from there" if _size(part) else ""
    response = error.response if isinstance(error, requests.HTTPError) else None
    why = f"the server answers {response.status_code}" if response is not None else type(error).__name__
    return StorageError(
        url, f"could not be reached or broke off ({why}{kept})", _by_hand(part.name.removesuffix(".part"))
    )
