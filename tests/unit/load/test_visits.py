"""People and their stories, without a server."""

from __future__ import annotations

from collections import Counter
from datetime import date

import pytest

from load.house import TargetError, loopback
from load.journeys import STORIES
from load.visits import Answer, Call, Town

TODAY = date(2026, 11, 24)


def town(seed: int = 1) -> Town:
    return Town("p", seed, TODAY, 30)


def answer(reply: str, *calls: Call, conversation: str = "c1") -> Answer:
    return Answer(conversation, reply, "ok", list(calls))


def test_everybody_has_a_name_and_a_story_and_the_same_seed_is_the_same_town() -> None:
    place, again = town(), town()
    people = [place.visitor() for _ in range(300)]
    assert len({visit.name for visit in people}) == 300
    assert {visit.kind for visit in people} == set(STORIES)
    assert {visit.locale for visit in people} == {"es", "en"}
    assert [visit.message for visit in people] == [again.visitor().message for _ in people]


def test_a_message_is_sent_again_under_its_key_and_the_next_has_another() -> None:
    place = town()
    visit = next(visit for visit in iter(place.visitor, None) if visit.kind == "book")
    first = visit.key, visit.body()
    assert first == (visit.key, visit.body())
    assert "conversation_id" not in visit.body()
    visit.hear(answer("… ¿Lo confirmo? Shall I confirm it?"))
    assert visit.key != first[0]
    assert visit.body()["conversation_id"] == "c1"


def test_what_a_tool_changed_is_told_and_what_it_only_read_is_not() -> None:
    place = town()
    visit = place.visitor()
    booked = Call("book_appointment", "ok", effect=True)
    visit.hear(answer("", booked, Call("get_availability", "ok"), Call("book_appointment", "error", effect=True)))
    assert place.told() == Counter({visit.name: 1})


def test_who_hears_that_the_time_is_taken_goes_home() -> None:
    place = town()
    visit = next(visit for visit in iter(place.visitor, None) if visit.kind == "move")
    visit.hear(answer("No hay hueco. That time is taken."))
    assert visit.message is None


@pytest.mark.parametrize(
    ("url", "port"), [("http://127.0.0.1:8000", 8000), ("localhost:80", 80), ("http://[::1]:81/", 81)]
)
def test_this_machine_may_be_loaded(url: str, port: int) -> None:
    assert loopback(url) == port


@pytest.mark.parametrize(
    "url",
    ["http://10.0.0.1:80", "https://example.com", "http://127.0.0.1", "http://127.0.0.1.test:80", "", "x:y"],
)
def test_nobody_else_may(url: str) -> None:
    with pytest.raises(TargetError, match="loopback"):
        loopback(url)
