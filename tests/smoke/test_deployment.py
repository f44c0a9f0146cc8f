"""What a deployment verifies with, against a server that is well."""

from __future__ import annotations

import pytest

from deployer import verify
from deployer.engine import DeployError
from support.demo import Book, Demo, spoken
from support.server import Server


def test_the_smoke_chat_books_in_the_demo_and_leaves_nothing_behind(server: Server, book: Book) -> None:
    site = verify.Site(url=server.url)
    assert verify.check_chat(site) == "asked in es and en, booked, cancelled"
    assert verify.check_metrics(site, None).endswith("turns counted")
    assert book.rows() == []
    assert len(book.rows(state="cancelled")) == 1


def test_what_an_interrupted_check_left_does_not_fail_the_next(server: Server, book: Book, demo: Demo) -> None:
    interrupted = verify.Site(url=server.url)
    when = f"{spoken(next(demo.full_days()), 'es')} a las 11"
    asked = interrupted.chat(f"Quiero una manicura el {when}, soy Prueba Despliegue, 600 100 200")
    interrupted.chat("sí", asked["conversation_id"])
    assert len(book.rows()) == 1
    verify.check_chat(verify.Site(url=server.url))
    with pytest.raises(DeployError, match="could not be cancelled"):
        verify.check_chat(interrupted)  # the control: the same customer has two, and is asked which
