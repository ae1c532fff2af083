"""The download goes on where it broke off, and only the published file is ever handed out; the server is our own."""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import numpy as np
import pytest

from chainrule.data import download
from chainrule.data.download import fetch
from chainrule.errors import InputError, StorageError

CONTENT = np.random.default_rng(3).bytes(1_000_000)
MD5 = hashlib.md5(CONTENT).hexdigest()
NAME = "cifar-10-binary.tar.gz"


class Server(ThreadingHTTPServer):
    """Serves ``content``, breaking off after as many bytes as ``cuts`` lists, one a request."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.content = CONTENT
        self.cuts: list[int] = []
        self.ranges: list[str | None] = []
        self.gives_parts = True
        self.status = 0

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}/{NAME}"


class Handler(BaseHTTPRequestHandler):
    server: Server

    def do_GET(self) -> None:
        asked = self.headers.get("Range")
        self.server.ranges.append(asked)
        start = int(asked.removeprefix("bytes=").removesuffix("-")) if asked and self.server.gives_parts else 0
        if self.server.status:
            self.send_error(self.server.status)
            return
        if start >= len(self.server.content):
            self.send_response(416)
            self.send_header("Content-Range", f"bytes */{len(self.server.content)}")
            self.send_header("Content-Length", "0")
            self.end_headers()
            return
        rest = self.server.content[start:]
        self.send_response(206 if start else 200)
        if start:
            self.send_header(
                "Content-Range", f"bytes {start}-{len(self.server.content) - 1}/{len(self.server.content)}"
            )
        self.send_header("Content-Length", str(len(rest)))
        self.end_headers()
        self.wfile.write(rest[: self.server.cuts.pop(0)] if self.server.cuts else rest)

    def log_message(self, format: str, *args: object) -> None:
        """Keep quiet."""


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    for name in ("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"):
        monkeypatch.delenv(name, raising=False)
    with Server() as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield server
        server.shutdown()
        thread.join()


def test_the_second_call_asks_nobody(server: Server, tmp_path: Path) -> None:
    told: list[tuple[int, int]] = []
    for _ in range(2):
        path = fetch(server.url, MD5, tmp_path / "new", lambda done, total: told.append((done, total)))
        assert path == tmp_path / "new" / NAME
        assert path.read_bytes() == CONTENT
    assert server.ranges == [None]
    assert told[-1] == (len(CONTENT), len(CONTENT))
    assert told == sorted(told)


def test_it_goes_on_where_it_broke_off(server: Server, tmp_path: Path) -> None:
    server.cuts = [300_000, 200_000]
    told: list[tuple[int, int]] = []
    path = fetch(server.url, MD5, tmp_path, lambda done, total: told.append((done, total)))
    assert path.read_bytes() == CONTENT
    starts = [int((asked or "bytes=0-")[6:-1]) for asked in server.ranges]
    assert starts[0] == 0
    assert 0 < starts[1] <= 300_000
    assert starts[1] < starts[2] <= 500_000
    assert {total for _, total in told} == {len(CONTENT)}


def test_the_next_call_goes_on_when_the_server_was_gone(server: Server, tmp_path: Path) -> None:
    server.cuts = [600_000, 0]
    with pytest.raises(StorageError) as caught:
        fetch(server.url, MD5, tmp_path)
    for words in (server.url, "could not be reached or broke off", "are kept", f"--data PATH/{NAME}"):
        assert words in str(caught.value)
    assert not (tmp_path / NAME).exists()
    assert fetch(server.url, MD5, tmp_path).read_bytes() == CONTENT
    assert (server.ranges[-1] or "").startswith("bytes=")
    assert not list(tmp_path.glob("*.part"))


def test_a_server_that_gives_no_parts_is_read_from_the_start(server: Server, tmp_path: Path) -> None:
    server.gives_parts = False
    (tmp_path / f"{NAME}.part").write_bytes(CONTENT[:1000])
    assert fetch(server.url, MD5, tmp_path).read_bytes() == CONTENT


@pytest.mark.parametrize("there", [CONTENT, CONTENT + b"and more"])
def test_a_part_that_is_whole_or_too_long(there: bytes, server: Server, tmp_path: Path) -> None:
    (tmp_path / f"{NAME}.part").write_bytes(there)
    assert fetch(server.url, MD5, tmp_path).read_bytes() == CONTENT


def test_another_file_is_refused_and_removed(server: Server, tmp_path: Path) -> None:
    server.content = CONTENT[:-1] + b"?"
    with pytest.raises(InputError) as caught:
        fetch(server.url, MD5, tmp_path)
    for words in (MD5, "another one", "was removed", "try once more", f"--data PATH/{NAME}"):
        assert words in str(caught.value)
    assert [item.name for item in tmp_path.iterdir() if item.suffix != ".lock"] == []
    server.content = CONTENT
    assert fetch(server.url, MD5, tmp_path).read_bytes() == CONTENT


def test_a_server_that_refuses(server: Server, tmp_path: Path) -> None:
    server.status = 404
    with pytest.raises(StorageError, match="the server answers 404"):
        fetch(server.url, MD5, tmp_path)


def test_no_server_at_all(server: Server, tmp_path: Path) -> None:
    server.server_close()
    with pytest.raises(StorageError, match=r"(?s)127\.0\.0\.1.*could not be reached.*--data PATH/") as caught:
        fetch("http://127.0.0.1:9/" + NAME, MD5, tmp_path)
    assert caught.value.exit_code == 2


def test_a_folder_that_cannot_be_written(server: Server, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(StorageError, match="file"):
        fetch(server.url, MD5, tmp_path / "file")


def test_two_calls_at_once_download_once(server: Server, tmp_path: Path) -> None:
    paths: list[Path] = []
    threads = [threading.Thread(target=lambda: paths.append(fetch(server.url, MD5, tmp_path))) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [path.read_bytes() == CONTENT for path in paths] == [True, True]
    assert server.ranges == [None]


def test_the_published_address_and_checksum() -> None:
    assert download.CIFAR10_URL == "https://www.cs.toronto.edu/~kriz/cifar-10-binary.tar.gz"
    assert download.CIFAR10_MD5 == "c32a1d4ab5d03f1284b67883e8d87530"
