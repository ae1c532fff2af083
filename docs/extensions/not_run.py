"""Every block of code on the site is run by the tests, but for those in ``sh``, which say below why they are not."""

from __future__ import annotations

from typing import Any

REASONS = {
    "pip install": "it installs something",
    "make ": "it runs the project's own tests and tools",
    "tensorboard --": "it is a server that runs until it is stopped",
    "cifar10": "it needs data that are downloaded, and time",
    "--budget": "it computes for minutes",
    "chainrule tune\n": "it computes for a minute",
}


def why_not_run(commands: str) -> str | None:
    """Return the reason why the tests do not run some commands, or None if they could."""
    return next((reason for part, reason in REASONS.items() if part in commands), None)


def _say_so(_: object, doctree: Any) -> None:
    from docutils import nodes

    for block in list(doctree.findall(nodes.literal_block)):
        if block.get("language") == "sh":
            note = nodes.paragraph("", f"Not run by the tests: {why_not_run(block.astext())}.", classes=["not-run"])
            block.parent.insert(block.parent.index(block) + 1, note)


def setup(app: Any) -> dict[str, Any]:
    """Have Sphinx write the reason below each such block."""
    app.connect("doctree-read", _say_so)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
