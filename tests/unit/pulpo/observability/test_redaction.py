"""What must not be logged is not, and what is harmless stays readable."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pulpo.observability.redaction import LONGEST, known_secrets, redact_text, redacted, redactor

JWT = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJhbmEifQ.c2lnbmF0dXJl"


@pytest.mark.parametrize(
    ("secret", "kind"),
    [
        ("pulpo_3q2-7wAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA", "[key]"),
        ("sk-proj-abcdefghijklmnop1234", "[key]"),
        ("ghp_abcdefghijklmnop1234", "[key]"),
        (JWT, "[token]"),
        ("Bearer abcdef123456", "Bearer [token]"),
        ("ana.lopez+citas@correo.example.es", "[e-mail]"),
        ("+34 600 123 456", "[phone]"),
        ("600123456", "[phone]"),
        ("(91) 123-45-67-89", "[phone]"),
        ("4111 1111 1111 1111", "[card]"),
        ("5500-0000-0000-0004", "[card]"),
        ("12345678Z", "[id]"),
        ("ES91 2100 0418 4502 0005 1332", "[iban]"),
        ("password=hunter2!", "password=[secret]"),
        ("Authorization: Bearer hunter2", "Authorization: [secret]"),
        ("'x-api-key': 'hunter2'", "'x-api-key': '[secret]'"),
    ],
)
def test_secrets_are_replaced_by_their_kind(secret: str, kind: str) -> None:
    shown = redact_text(f"before {secret} after")
    assert shown == f"before {kind} after"


def test_a_password_in_an_address_is_hidden() -> None:
    assert redact_text("postgresql://pulpo:s3cret@db/pulpo") == "postgresql://pulpo:[password]@db/pulpo"


@pytest.mark.parametrize(
    "text",
    [
        "2026-11-22 10:30",
        "2026-11-22T10:30:00.123456+00:00",
        "took 0.12345678912 s",
        "line 1234",
        "2c2898006035f37c2382924b",
        "127.0.0.1:8000",
        "a tool, Ana & 3 chairs @ 5 pm",
    ],
)
def test_what_is_harmless_stays(text: str) -> None:
    assert redact_text(text) == text


@given(before=st.text(max_size=40), after=st.text(max_size=40))
def test_a_key_is_hidden_whatever_stands_around_it(before: str, after: str) -> None:
    secret = "pulpo_" + "a1B2" * 8
    assert secret not in redact_text(f"{before} {secret} {after}")


def test_both_ends_of_a_long_text_are_kept() -> None:
    shown = redact_text("begin " + "x" * 100_000 + " end")
    assert len(shown) < LONGEST + 10
    assert shown.startswith("begin")
    assert shown.endswith("end")


def test_every_level_is_searched() -> None:
    value = {"a": ["b", ("ana@example.com", {"ana@example.com": 1})], "n": 5, "none": None}
    assert redacted(value) == {"a": ["b", ["[e-mail]", {"[e-mail]": 1}]], "n": 5, "none": None}


def test_what_is_not_json_becomes_its_redacted_text() -> None:
    assert redacted(ValueError("ana@example.com")) == "[e-mail]"


def test_safe_keys_are_left_alone() -> None:
    line = {"turn": "600123456", "note": "600123456", "n": 600123456}
    assert redactor(safe=frozenset({"turn"}))(None, "info", line) == {
        "turn": "600123456",
        "note": "[phone]",
        "n": 600123456,
    }


def test_the_environments_own_secrets_are_hidden_whatever_they_look_like() -> None:
    environ = {
        "OPENAI_API_KEY": "correct horse",
        "DATABASE": "postgresql://pulpo:battery.staple@db/pulpo",
        "LANG": "es_ES.UTF-8",
        "SOME_TOKEN": "short",
    }
    process = redactor(safe=frozenset(), secrets=known_secrets(environ))
    line = {"text": "correct horse of battery.staple, short es_ES.UTF-8", "deep": [{"correct horse": 1}]}
    assert process(None, "info", line) == {
        "text": "[secret] of [secret], short es_ES.UTF-8",
        "deep": [{"[secret]": 1}],
    }
    assert known_secrets({"HOME": "/root"}) is None


@pytest.mark.parametrize("again", ["-token", "token", "a-", "a://", "cookie ", "Bearer "])
def test_no_text_holds_the_event_loop_up(again: str) -> None:
    began = time.thread_time()
    redact_text((again * LONGEST)[:LONGEST])
    assert time.thread_time() - began < 5  # some milliseconds; 24 s when "-token" was searched from each "-"
