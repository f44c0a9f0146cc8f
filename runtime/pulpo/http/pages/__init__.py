"""The pages a browser shows: static files, read once at start.

For who serves them: `load_pages` and `Page`. ``chat.html`` is ``/``, ``console.html`` is ``/console``,
``docs/docs.html`` is ``/docs``, and every other name ``<path>`` is ``/assets/<path>``.

For who writes them: ``app.css``, ``i18n.js``, ``api.js``, ``problem.js`` and ``dom.js`` are shared; ``chat/`` and
``console/`` belong to one page each; a section of the console is one module in ``console/sections/``, listed in
``console/sections.js`` (plugins' stand in ``console/contributed.js``, which `contributed` writes anew); ``docs/``
holds the vendored API reference (``docs/VENDORED.md`` says which and why).
There is no build step: what lies here is what the browser gets.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import sha256
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import PurePosixPath

CONTENT_TYPES = {
    ".css": "text/css; charset=utf-8",
    ".html": "text/html; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
    ".txt": "text/plain; charset=utf-8",
}
"""What is served, by suffix; files of any other kind stay private to the package."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """A file as it is sent. ``etag`` is a quoted strong validator of the body, ready for the header."""

    body: bytes
    content_type: str
    etag: str


def load_pages() -> dict[str, Page]:
    """Read every page and asset into memory, by POSIX path below this package (``chat/chat.js``)."""
    return pages_of(files(__package__))


def pages_of(folder: Traversable) -> dict[str, Page]:
    """Read what a folder has to serve into memory, by POSIX path below it."""
    return {name: _page(name, file.read_bytes()) for name, file in _served(folder, "")}


def _served(folder: Traversable, prefix: str) -> Iterator[tuple[str, Traversable]]:
    for entry in sorted(folder.iterdir(), key=lambda entry: entry.name):
        name = f"{prefix}{entry.name}"
        if entry.is_dir():
            yield from _served(entry, f"{name}/")
        elif PurePosixPath(name).suffix in CONTENT_TYPES:
            yield name, entry


def _page(name: str, body: bytes) -> Page:
    return Page(
        body=body,
        content_type=CONTENT_TYPES[PurePosixPath(name).suffix],
        etag=f'"{sha256(body).hexdigest()[:32]}"',
    )
