"""What a deployment verifies with, against a server that is well."""

from __future__ import annotations

from deployer import verify
from support.demo import Book
from support.server import Server


def test_the_smoke_chat_books_in_the_demo_and_leaves_nothing_behind(server: Server, book: Book) -> None:
    site = verify.Site(url=server.url)
    assert verify.check_chat(site) == "asked in es and en, booked, cancelled"
    assert verify.check_metrics(site, None).endswith("turns counted")
    assert book.rows() == []
    assert len(book.rows(state="cancelled")) == 1
