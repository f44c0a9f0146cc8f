"""The pages for browsers: chat, console, API reference and their assets, each at an address fixed at start."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final

from pulpo.http.auth import PUBLIC
from pulpo.http.operations import Call, Operation
from pulpo.http.pages import Page
from pulpo.http.wire import CSP, SECURITY, Header, Reply, security_headers

PAGES: Final = {"chat.html": "/", "console.html": "/console", "docs/docs.html": "/docs"}
"""Pages with an address of their own; everything else is an asset."""

_REVALIDATE: Header = (b"cache-control", b"no-cache")
# The API reference writes its styles as it goes; its scripts are held like everybody's.
_DOCS_SECURITY = security_headers(CSP.replace("style-src 'self'", "style-src 'self' 'unsafe-inline'"))


def page_operations(pages: Mapping[str, Page]) -> tuple[Operation, ...]:
    """Return one operation a page; no path is ever looked up in a file system."""
    return tuple(_operation(name, page) for name, page in pages.items())


def _operation(name: str, page: Page) -> Operation:
    security = _DOCS_SECURITY if name == "docs/docs.html" else SECURITY
    content_type = page.content_type.encode("ascii")
    validators: tuple[Header, ...] = ((b"etag", page.etag.encode("ascii")),)
    greets = name == "chat.html"

    async def serve(call: Call) -> Reply:
        headers = validators
        if greets and call.door.visitors.known(call.headers) is None:
            headers = (*validators, (b"set-cookie", call.door.visitors.welcome(call.headers)))
        unchanged = page.etag in _etags(call.headers.get(b"if-none-match", b""))
        return Reply(
            body=b"" if unchanged else page.body,
            status=304 if unchanged else 200,
            content_type=content_type,
            headers=headers,
            cache=_REVALIDATE,
            security=security,
        )

    return Operation(
        method="GET",
        path=PAGES.get(name, f"/assets/{name}"),
        scope=PUBLIC,
        handler=serve,
        summary=name,
        documented=False,
    )


def _etags(sent: bytes) -> Iterable[str]:
    """The validators a browser has, without the weakness marks that proxies add when they compress."""
    return [tag.strip().removeprefix("W/") for tag in sent.decode("latin-1").split(",")]
