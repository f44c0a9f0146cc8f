from __future__ import annotations

import re
import time
from collections.abc import Callable
from typing import Any

import pytest

import pulpo
from pulpo_guardrails.answers import AnswerRules, host_of, plain, shortened
from pulpo_guardrails.personal import PersonalData

Make = Callable[..., pulpo.PolicyContext]


def rules(**more: Any) -> AnswerRules:
    return AnswerRules(**{"longest": 1000, **more})


@pytest.mark.parametrize(
    ("answer", "left"),
    [
        ("Hola <b>Ana</b>", "Hola Ana"),
        ("<script>alert(1)</script>Hola", "Hola"),
        ("<SCRIPT src=x>alert(1)", ""),
        ("a<!-- hidden -->b", "ab"),
        ("<img src=x onerror=alert(1)>", ""),
        ("<img src=x onerror=alert(1)", ""),
        ("<scr<b>ipt>alert(1)</scr</b>ipt>", ""),
        ("<svg/onload=alert(1)>", ""),
        ("5 < 7 y 9 > 8, <3", "5 < 7 y 9 > 8, <3"),
    ],
)
def test_markup_is_taken_out(answer: str, left: str) -> None:
    assert plain(answer) == left


def test_no_answer_holds_the_event_loop_up() -> None:
    began = time.thread_time()
    plain("<a " + "=" * 64_000 + "<")
    assert time.thread_time() - began < 5  # some milliseconds; 20 s when the tag's end was looked for from each "="


def test_tags_within_tags_within_tags_end_without_brackets() -> None:
    nested = "<b" * 9 + ">" * 9
    assert "<" not in plain("<i>".join(["<" * 5] * 9) + nested) or not re.search(r"<[a-z]", plain(nested))


@pytest.mark.parametrize(
    ("link", "host"),
    [
        ("https://Evil.example/x?y=1", "evil.example"),
        ("//evil.example", "evil.example"),
        ("https://good.example@evil.example/", "evil.example"),
        ("https://good.example\\@evil.example/", "good.example"),
        ("www.evil.example", "www.evil.example"),
        ("javascript:alert(1)", ""),
        ("https://[bad", ""),
    ],
)
def test_a_links_host_is_where_a_browser_would_go(link: str, host: str) -> None:
    assert host_of(link) == host


@pytest.mark.parametrize(
    "link",
    [
        "https://evil.example/?q=secret",
        "http://evil.example",
        "//evil.example/a",
        "www.evil.example",
        "evil.example/pay",
        "javascript:alert",
        "data:text/html,x",
        "https://good.example.evil.example/",
        "https://good.example@evil.example/",
    ],
)
async def test_a_link_to_an_unknown_host_is_taken_out(context: Make, link: str) -> None:
    verdict = await rules(hosts=["good.example"]).check_answer(context(), f"Mira ![foto]({link}). Adiós.")
    assert verdict.kind == "rewrite"
    assert verdict.text == "Mira ![foto]([enlace retirado]). Adiós."


@pytest.mark.parametrize(
    ("answer", "hosts"),
    [
        ("https://good.example/a y www.good.example.", ["good.example"]),
        ("https://anything.example", ["*"]),
        ("a las 10:00, 5 min/km, c/ Mayor 3, a.m./p.m. 22,50 €", []),
        ("escribe a ana@example.com", []),
    ],
)
async def test_other_texts_are_left_alone(context: Make, answer: str, hosts: list[str]) -> None:
    assert (await rules(hosts=hosts).check_answer(context(), answer)).kind == "allow"


async def test_a_link_the_user_sent_stays_as_it_was_sent(context: Make) -> None:
    mine = context("mira https://mine.example/a")
    assert (await rules().check_answer(mine, "He visto https://mine.example/a.")).kind == "allow"
    assert (await rules().check_answer(mine, "He visto https://mine.example/a?leak=1")).kind == "rewrite"


async def test_a_forbidden_phrase_withholds_the_answer(context: Make) -> None:
    strict = rules(forbidden=[re.compile("descuento del \\d+ ?%", re.IGNORECASE)])
    verdict = await strict.check_answer(context(), "Te hago un DESCUENTO del 90 %")
    assert (verdict.kind, verdict.reason) == ("deny", "forbidden phrase: descuento del \\d+ ?%")
    assert (await strict.check_answer(context(), "Sin descuento")).kind == "allow"


async def test_a_long_answer_is_cut_and_its_question_kept(context: Make) -> None:
    pending = pulpo.Pending(pulpo.ToolCall("1", "pay", {}), "¿Lo confirmas?")
    answer = "palabra " * 300 + "\n\n" + pending.summary
    verdict = await rules().check_answer(context(pending=pending), answer)
    assert isinstance(verdict.text, str)
    assert len(verdict.text) <= 1000
    assert verdict.text.endswith(f"…\n\n{pending.summary}")
    assert shortened("palabra " * 300, 100, "").endswith("…")


async def test_a_question_that_would_be_changed_is_not_asked(context: Make) -> None:
    pending = pulpo.Pending(pulpo.ToolCall("1", "pay", {}), "¿Pago a https://evil.example/?")
    verdict = await rules().check_answer(context(pending=pending), pending.summary)
    assert (verdict.kind, verdict.reason) == ("deny", "the question held 1 links")


async def test_markup_may_be_let_through(context: Make) -> None:
    assert (await rules(html=True).check_answer(context(), "<b>Hola</b>")).kind == "allow"


async def test_personal_data_is_looked_for_in_what_is_left(context: Make) -> None:
    answer = "Llama al 600<b></b>998877 o mira https://evil.example"
    both = await rules(personal=PersonalData()).check_answer(context(), answer)
    assert both.text == "Llama al [teléfono] o mira [enlace retirado]"
    assert both.reason == "taken out: markup, 1 links; not the user's own: 1 phone"
    assert (await rules().check_answer(context(), "600998877")).kind == "allow"
    assert (await rules(personal=PersonalData()).check_answer(context("600998877"), "600998877")).kind == "allow"
