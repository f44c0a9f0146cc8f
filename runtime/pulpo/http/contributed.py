"""The sections of the console that plugins bring: their files, and the module that tells the console of them."""

from __future__ import annotations

from collections.abc import Iterable
from hashlib import sha256
from typing import Final

import msgspec

from pulpo.contracts.console import ConsoleSection
from pulpo.http.pages import CONTENT_TYPES, Page, pages_of

MODULE: Final = "console/contributed.js"
"""The shipped module, which lists no section, is replaced by this one."""


def contributed_pages(sections: Iterable[ConsoleSection]) -> dict[str, Page]:
    """Return the files of all sections by their path below ``/assets``, and the module that lists the sections."""
    listed: list[dict[str, object]] = []
    pages: dict[str, Page] = {}
    for section in sections:
        folder = f"plugins/{section.id}/"
        pages |= {f"{folder}{name}": page for name, page in pages_of(section.files).items()}
        listed.append(
            {
                "id": section.id,
                "title": dict(section.title),
                "module": f"/assets/{folder}{section.module}",
                "style": section.style and f"/assets/{folder}{section.style}",
            }
        )
    return {**pages, MODULE: _module(listed)}


def _module(listed: list[dict[str, object]]) -> Page:
    body = b"// Written at start, from what the plugins bring.\nexport const contributed = %s;\n"
    written = body % msgspec.json.encode(listed)
    return Page(body=written, content_type=CONTENT_TYPES[".js"], etag=f'"{sha256(written).hexdigest()[:32]}"')
