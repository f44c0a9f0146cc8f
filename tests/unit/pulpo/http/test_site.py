"""The addresses of pages."""

from __future__ import annotations

from pulpo.http.auth import PUBLIC
from pulpo.http.pages import Page, load_pages
from pulpo.http.site import page_operations


def test_pages_have_their_addresses_and_everything_else_is_an_asset() -> None:
    page = Page(body=b"x", content_type="text/html", etag='"e"')
    names = ["chat.html", "console.html", "docs/docs.html", "app.css", "chat/chat.js"]
    operations = page_operations(dict.fromkeys(names, page))
    assert [it.path for it in operations] == ["/", "/console", "/docs", "/assets/app.css", "/assets/chat/chat.js"]
    assert {(it.method, it.scope, it.documented) for it in operations} == {("GET", PUBLIC, False)}


def test_the_shipped_pages_are_all_there() -> None:
    paths = {it.path for it in page_operations(load_pages())}
    assert {"/", "/console", "/docs", "/assets/app.css"} <= paths
