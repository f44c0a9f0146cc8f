"""The signed cookie."""

from __future__ import annotations

import secrets

import pytest

from pulpo.http.visitors import Visitors


def cookie_of(visitors: Visitors) -> bytes:
    return visitors.welcome({}).partition(b";")[0]


@pytest.fixture
def visitors() -> Visitors:
    return Visitors(secret=b"s" * 32, rng=secrets.token_bytes)


def test_a_visitor_is_known_again_among_other_cookies(visitors: Visitors) -> None:
    cookie = cookie_of(visitors)
    known = visitors.known({b"cookie": cookie})
    assert known is not None
    assert cookie.startswith(b"pulpo_user=" + known.encode() + b".")
    assert visitors.known({b"cookie": b"a=b; " + cookie + b"; c=d"}) == known


def test_two_visitors_differ(visitors: Visitors) -> None:
    assert cookie_of(visitors) != cookie_of(visitors)


def test_another_secret_knows_nobody(visitors: Visitors) -> None:
    assert Visitors(secret=b"t" * 32, rng=secrets.token_bytes).known({b"cookie": cookie_of(visitors)}) is None


@pytest.mark.parametrize("place", [15, 60, -1])
def test_every_changed_character_is_noticed(visitors: Visitors, place: int) -> None:
    cookie = bytearray(cookie_of(visitors))
    cookie[place] = ord("0") if cookie[place] != ord("0") else ord("1")
    assert visitors.known({b"cookie": bytes(cookie)}) is None


@pytest.mark.parametrize("sent", [b"", b"pulpo_user=", b"pulpo_user=ana", b"xpulpo_user=" + b"0" * 101, b"\xff"])
def test_anything_else_is_nobody(visitors: Visitors, sent: bytes) -> None:
    assert visitors.known({b"cookie": sent}) is None
    assert visitors.known({}) is None


def test_scripts_and_other_sites_do_not_get_it(visitors: Visitors) -> None:
    attributes = {it.strip() for it in visitors.welcome({}).split(b";")[1:]}
    assert {b"HttpOnly", b"SameSite=Strict", b"Path=/"} <= attributes


@pytest.mark.parametrize(
    ("proto", "secure"),
    [
        (None, False),
        (b"http", False),
        (b"https", True),
        (b"HTTPS", True),
        (b"https, http", True),
        (b"http, https", False),
        (b"httpsx", False),
    ],
)
def test_whoever_came_by_https_sends_it_by_https_alone(visitors: Visitors, proto: bytes | None, secure: bool) -> None:
    sent = visitors.welcome({} if proto is None else {b"x-forwarded-proto": proto})
    assert sent.endswith(b"; Secure") is secure
