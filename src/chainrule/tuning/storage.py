"""Where the trials are kept: a journal file, or any database that Optuna knows."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from filelock import FileLock

from chainrule.errors import InputError, StorageError
from chainrule.files import storage_errors

if TYPE_CHECKING:
    from optuna.storages import BaseStorage

POLL = 0.002  # seconds between two attempts to take the lock: a write takes about as long


class JournalLock:
    """The lock of a journal file: the system's own, which a process that is killed lets go of.

    Optuna's locks are files that a killed process leaves behind; they stand beside this one, which has another name, so
    that a dashboard can write too. And because a process may be killed inside a write,
    whoever takes the lock first cuts off a line without an end, which nobody would be able to read.
    """

    def __init__(self, journal: Path) -> None:
        self._journal = journal
        self._lock = FileLock(journal.with_name(f".{journal.name}.lock"))

    def acquire(self) -> bool:
        """Wait for the lock, and mend the end of the file."""
        self._lock.acquire(poll_interval=POLL)
        _cut_torn_line(self._journal)
        return True

    def release(self) -> None:
        """Let the next process write."""
        self._lock.release()


def _cut_torn_line(journal: Path) -> None:
    """Cut off what stands behind the last end of a line."""
    if not journal.exists():
        return
    with journal.open("rb+") as file:
        end = file.seek(0, os.SEEK_END)
        if end == 0:
            return
        file.seek(end - 1)
        if file.read(1) == b"\n":
            return
        file.seek(0)
        file.truncate(file.read().rfind(b"\n") + 1)


@contextmanager
def opened_storage(where: str | Path) -> Iterator[BaseStorage]:
    """Open a database by its URL, or a journal file by its path.

    Raises
    ------
    InputError
        If the database cannot be reached, or holds something else.
    """
    if "://" in str(where):
        with _opened_database(str(where)) as storage:
            yield storage
        return
    from optuna.storages import JournalStorage
    from optuna.storages.journal import JournalFileBackend

    journal = Path(where)
    with storage_errors(str(journal)):
        if not journal.parent.is_dir():
            raise InputError("--storage", expected="a database's URL or a journal file's path", got=str(where))
        _refuse_another_file(journal)
        lock = JournalLock(journal)
        lock.acquire()
        lock.release()
    yield JournalStorage(JournalFileBackend(str(journal), lock_obj=lock))  # type: ignore[arg-type]


def _refuse_another_file(journal: Path) -> None:
    """See that a file that is there already has a journal's first line.

    Raises
    ------
    InputError
        If it has not.
    """
    if not journal.exists() or journal.stat().st_size == 0:
        return
    with journal.open("rb") as file:
        first = file.readline()
    try:
        begun = "op_code" in json.loads(first)
    except (ValueError, TypeError):
        begun = not first.endswith(b"\n")  # its writer was killed in the middle of its first line
    if not begun:
        raise InputError("--storage", expected="a journal file of Optuna's", got="another file", where=str(journal))


@contextmanager
def _opened_database(url: str) -> Iterator[BaseStorage]:
    from optuna.exceptions import StorageInternalError
    from optuna.storages import RDBStorage
    from sqlalchemy.exc import SQLAlchemyError

    try:
        storage = RDBStorage(url)
    except (SQLAlchemyError, StorageInternalError, ImportError, RuntimeError, ValueError) as error:
        raise InputError(
            "--storage",
            expected="a database that can be reached",
            got=without_password(url),
            where=_first_line(error),
            advice="postgresql+psycopg://USER@HOST/DATABASE, sqlite:///FILE, or the path of a journal file",
        ) from None
    try:
        yield storage
    except (SQLAlchemyError, StorageInternalError) as error:
        reason = _first_line(error)
        raise StorageError(without_password(url), reason, "chainrule tune --resume, once it can be reached") from None
    finally:
        storage.remove_session()
        storage.engine.dispose()


def _first_line(error: BaseException) -> str:
    """Return what a database's error says first, without the wrappings of the layers above it."""
    cause = error.__cause__ or error
    lines = str(getattr(cause, "orig", None) or cause).strip().splitlines()
    return lines[0] if lines else type(cause).__name__


def without_password(url: str) -> str:
    """Return a URL with stars for its password, fit to be printed and written down."""
    from sqlalchemy.engine import make_url
    from sqlalchemy.exc import ArgumentError

    try:
        return make_url(url).render_as_string(hide_password=True)
    except ArgumentError:
        return url
