"""Links to files of the package, which work in the repository, lead to the pages that show these files."""

from __future__ import annotations

from pathlib import PurePosixPath
from typing import Any

PREFIX = "../src/"
FOLDERS = {"](../src/chainrule/network/)": "](network.md)"}  # folders that a page of the site is about


def _lead_to_pages(_: object, __: str, source: list[str]) -> None:
    for link, page in FOLDERS.items():
        source[0] = source[0].replace(link, page)


def _lead_to_source_pages(app: Any, doctree: Any, page: str) -> None:
    from docutils import nodes
    from sphinx.addnodes import download_reference

    for link in list(doctree.findall(download_reference)):
        target = link["reftarget"]
        if target.startswith(PREFIX) and target.endswith(".py"):
            module = PurePosixPath(target.removeprefix(PREFIX)).with_suffix("")
            uri = app.builder.get_relative_uri(page, f"_modules/{module}")
            link.replace_self(nodes.reference("", "", *link.children, refuri=uri, internal=True))


def setup(app: Any) -> dict[str, Any]:
    """Exchange links to folders as a page is read, and links to files once it is resolved."""
    app.connect("source-read", _lead_to_pages)
    app.connect("doctree-resolved", _lead_to_source_pages)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
