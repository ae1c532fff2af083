"""A search in PostgreSQL: a real server, on loopback, for the test alone."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from chainrule.errors import InputError
from chainrule.tuning.finish import finish
from chainrule.tuning.session import Request, opened

from .conftest import Tune
from .test_search import told

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(sys.platform == "win32", reason="Windows has no setpriv"),
]
SERVER_USER = "nobody"  # a server refuses to run as root


def _as_user(command: list[str]) -> list[str]:
    """Return the command as it can be run by us: by another user, if we are root."""
    if os.geteuid() != 0:
        return command
    drop = shutil.which("setpriv")
    if drop is None:
        pytest.skip("we are root, a PostgreSQL server refuses to run as root, and there is no setpriv")
    return [drop, f"--reuid={SERVER_USER}", "--clear-groups", *command]


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    """The URL of an empty database."""
    if shutil.which("initdb") is None or shutil.which("postgres") is None:
        pytest.skip("no PostgreSQL server programs (initdb, postgres) on this machine")
    folder = Path(tempfile.mkdtemp(prefix="postgres-"))  # short: the path of a socket may have 107 characters
    folder.chmod(0o777)
    data = folder / "data"
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        port = found.getsockname()[1]
    initdb = ["initdb", "--pgdata", str(data), "--username", "chainrule", "--auth", "trust", "--encoding", "UTF8"]
    subprocess.run(_as_user(initdb), check=True, capture_output=True, cwd=folder)
    options = ["-D", str(data), "-h", "127.0.0.1", "-p", str(port), "-k", str(folder), "-c", "fsync=off"]
    process = subprocess.Popen(_as_user(["postgres", *options]), stderr=subprocess.DEVNULL, cwd=folder)
    try:
        _wait_for(port, process)
        yield f"postgresql+psycopg://chainrule@127.0.0.1:{port}/postgres"
    finally:
        process.terminate()
        process.wait(timeout=20)
        shutil.rmtree(folder, ignore_errors=True)


def _wait_for(port: int, process: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline and process.poll() is None:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
            time.sleep(0.5)  # it listens a moment before it answers
            return
        except OSError:
            time.sleep(0.05)
    pytest.fail("the PostgreSQL server did not start")


def test_a_search_in_postgres_goes_as_in_a_journal(tune: Tune, server: str) -> None:
    journal, _ = tune("journal", trials=16)
    database, _ = tune("database", trials=8, storage=server, study="first")
    with opened(Request(resume=database.folder.path, plan={"trials": 16})) as again:
        again.search.run()
        results = finish(again)
    assert told(again) == told(journal)
    assert sum(results["trials"].values()) == 16
    with pytest.raises(InputError, match="--storage: expected the space"):
        tune("other", {"reg": "0,1"}, storage=server, study="first")


def test_a_database_that_is_not_there_is_told(tune: Tune, server: str, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="a database that can be reached") as refusal:
        tune("none", storage=server.replace("/postgres", "/missing").replace("chainrule@", "chainrule:secret@"))
    assert "secret" not in str(refusal.value)
    assert 'database "missing" does not exist' in str(refusal.value)
    assert not (tmp_path / "none").exists()
