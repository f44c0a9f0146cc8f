"""The rules of the calendar, against tables and against a slow calendar that only knows the rules' sentences."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pulpo_booking import calendar
from pulpo_booking.business import Business, Staff
from pulpo_booking.calendar import (
    Claim,
    Question,
    claims_for,
    free_by,
    free_staff,
    free_starts,
    refusal,
    seated_anew,
)
from pulpo_booking.files import load_businesses
from pulpo_booking.localtime import local
from unit.pulpo_booking.counter import NOW, business_of

TUESDAY = dt.date(2026, 11, 24)
THURSDAY = dt.date(2026, 11, 26)
SAMPLES = load_businesses(["demo", "marea", "arce"])


def _question(business: Business, *, service: str = "", staff: str = "", now: int | None = None) -> Question:
    return Question(
        business=business,
        service=business.services_by_id[service] if service else business.services[0],
        staff=business.staff_by_id[staff] if staff else None,
        now=int(NOW.timestamp()) if now is None else now,
    )


def _shop(**changes: Any) -> Business:
    return Business.model_validate(business_of(**changes))


def _clocks(question: Question, day: dt.date, taken: Sequence[Claim] = ()) -> list[str]:
    zone = question.business.zone
    return [local(start.at, zone).strftime("%H:%M") for start in free_starts(question, day, taken)]


def _at(business: Business, day: dt.date, clock: str) -> int:
    return int(dt.datetime.combine(day, dt.time.fromisoformat(clock), business.zone).timestamp())


def _held(question: Question, day: dt.date, clock: str, taken: Sequence[Claim] = ()) -> list[Claim]:
    at = _at(question.business, day, clock)
    claims = claims_for(question, free_staff(question, at, taken)[0], at, taken)
    assert claims is not None
    return list(claims)


@pytest.mark.parametrize(
    ("changes", "first", "last"),
    [
        ({}, "09:00", "19:30"),
        ({"slot_step_minutes": 60}, "09:00", "19:00"),
        ({"slot_step_minutes": 50}, "09:10", "19:10"),
        ({"hours": {"thu": [["09:05", "10:40"]]}}, "09:15", "10:00"),
        ({"hours": {"thu": [["22:00", "02:00"]]}}, "22:00", "01:30"),
        ({"staff": [{"id": "a", "name": "A", "shifts": {"thu": [["12:00", "14:00"]]}}]}, "12:00", "13:30"),
        ({"staff": [{"id": "a", "name": "A", "breaks": {"thu": [["09:00", "17:45"]]}}]}, "17:45", "19:30"),
    ],
)
def test_first_and_last_start_of_a_day(changes: dict[str, Any], first: str, last: str) -> None:
    clocks = _clocks(_question(_shop(**changes)), THURSDAY)
    assert (clocks[0], clocks[-1]) == (first, last)


def test_an_appointment_lies_in_one_opening_interval() -> None:
    business = _shop(hours={"thu": [["09:00", "10:00"], ["10:15", "11:00"]]})
    assert _clocks(_question(business), THURSDAY) == ["09:00", "09:15", "09:30", "10:15", "10:30"]


def test_two_openings_that_touch_are_still_two() -> None:
    business = _shop(hours={"thu": [["09:00", "10:00"], ["10:00", "11:00"]]})
    assert "09:45" not in _clocks(_question(business), THURSDAY)


@pytest.mark.parametrize(
    ("rooms", "free"),
    [(None, True), (1, False), (2, True)],
)
def test_rooms_bound_what_overlaps(rooms: int | None, free: bool) -> None:
    staff = [{"id": "a", "name": "A"}, {"id": "b", "name": "B"}]
    question = _question(_shop(rooms=rooms, staff=staff))
    taken = _held(question, THURSDAY, "10:00")
    assert ("10:15" in _clocks(question, THURSDAY, taken)) is free


def test_a_daily_limit_counts_the_local_day() -> None:
    staff = [{"id": "a", "name": "A"}, {"id": "b", "name": "B"}]
    question = _question(_shop(daily_limits={"cut": 1}, staff=staff))
    taken = _held(question, THURSDAY, "10:00")
    assert _clocks(question, THURSDAY, taken) == []
    assert refusal(question, _at(question.business, THURSDAY, "16:00"), taken) == "limit"
    assert _clocks(question, THURSDAY + dt.timedelta(days=1), taken)


def test_a_service_is_given_on_its_weekdays() -> None:
    arce = SAMPLES["arce"]
    sunday = dt.date(2026, 11, 29)
    assert _clocks(_question(arce, service="revision"), sunday) == []
    assert _clocks(_question(arce, service="urgencia"), sunday)[0] == "10:00"
    assert refusal(_question(arce, service="revision"), _at(arce, sunday, "10:00"), ()) == "day_service"


@pytest.mark.parametrize(
    ("day", "clock", "why"),
    [
        (TUESDAY, "09:30", "past"),
        (TUESDAY, "11:45", "notice"),
        (TUESDAY, "12:00", None),
        (dt.date(2026, 12, 1), "12:00", None),
        (dt.date(2026, 12, 4), "10:00", None),
        (dt.date(2026, 12, 4), "10:15", "horizon"),
        (dt.date(2026, 11, 29), "12:00", "closed"),
        (THURSDAY, "20:00", "outside"),
        (THURSDAY, "19:45", "outside"),
        (THURSDAY, "19:30", None),
        (THURSDAY, "14:30", "staff_away"),
        (THURSDAY, "12:07", "grid"),
    ],
)
def test_refusals(day: dt.date, clock: str, why: str | None) -> None:
    hours = business_of()["hours"] | {"sun": []}
    staff = [{"id": "ana", "name": "Ana", "breaks": {"thu": [["14:00", "15:00"]]}}]
    business = _shop(hours=hours, staff=staff, minimum_notice_minutes=120, maximum_advance_days=10)
    assert refusal(_question(business), _at(business, day, clock), ()) == why


def test_a_taken_start_is_refused_and_its_neighbour_is_not() -> None:
    question = _question(_shop())
    taken = _held(question, THURSDAY, "10:00")
    day = question.business
    assert refusal(question, _at(day, THURSDAY, "10:15"), taken) == "taken"
    assert refusal(question, _at(day, THURSDAY, "10:30"), taken) is None


def test_a_class_shares_its_start_only() -> None:
    business = _shop(services=[{"id": "yoga", "name": "Yoga", "minutes": 60, "capacity": 2}])
    question = _question(business)
    first = _held(question, THURSDAY, "10:00")
    assert "10:00" in _clocks(question, THURSDAY, first)
    assert "10:15" not in _clocks(question, THURSDAY, first), "another group of the same teacher"
    both = [*first, *_held(question, THURSDAY, "10:00", first)]
    assert {claim.seat for claim in both} == {1, 2}
    assert "10:00" not in _clocks(question, THURSDAY, both)


def test_skills_decide_who_is_asked() -> None:
    demo = SAMPLES["demo"]
    starts = free_starts(_question(demo, service="barba"), THURSDAY, ())
    assert {person for start in starts for person in start.staff} == {"luis"}
    assert free_starts(_question(demo, service="barba", staff="ana"), THURSDAY, ()) == ()


@st.composite
def _situations(draw: st.DrawFn) -> tuple[Question, dt.date, list[Claim]]:
    """A sample's service on a day, with a few appointments of anybody already standing."""
    business = SAMPLES[draw(st.sampled_from(sorted(SAMPLES)))]
    day = TUESDAY + dt.timedelta(days=draw(st.integers(0, 60)))
    taken: list[Claim] = []
    for _ in range(draw(st.integers(0, 8))):
        other = _question(business, service=draw(st.sampled_from([each.id for each in business.services])))
        if starts := free_starts(other, day, taken):
            start = draw(st.sampled_from(starts))
            person = business.staff_by_id[draw(st.sampled_from(start.staff))]
            taken += claims_for(other, person, start.at, taken) or ()
    service = draw(st.sampled_from([each.id for each in business.services]))
    return _question(business, service=service), day, taken


def test_rooms_are_alike() -> None:
    staff = [{"id": each, "name": each} for each in "abc"]
    services = [{"id": "half", "name": "Half", "minutes": 30}, {"id": "whole", "name": "Whole", "minutes": 60}]
    business = _shop(rooms=2, staff=staff, services=services)
    whole = _question(business, service="whole")
    at = _at(business, THURSDAY, "10:00")
    early = Claim("room", 1, "", at - 1800, at + 1800)
    late = Claim("room", 2, "", at + 1800, at + 5400)
    assert refusal(whole, at, [early, late]) is None, "at no moment do more than two overlap"
    assert refusal(whole, at, [early, late, Claim("room", 2, "", at, at + 1800)]) == "taken"


@given(
    spans=st.lists(st.tuples(st.integers(0, 40), st.integers(1, 10)), max_size=12).map(
        lambda pairs: [Claim("room", 0, "", start, start + length) for start, length in pairs]
    )
)
def test_seating_anew_uses_as_many_seats_as_overlap(spans: list[Claim]) -> None:
    seats = seated_anew(spans)
    seated = [claim._replace(seat=seat) for claim, seat in zip(spans, seats, strict=True)]
    assert not any(one.excludes(other) for one in seated for other in seated if one is not other)
    busiest = max((sum(each.start <= minute < each.end for each in spans) for minute in range(51)), default=0)
    assert max(seats, default=0) == busiest


@settings(max_examples=300)
@given(situation=_situations())
def test_free_starts_are_those_of_the_written_rules(situation: tuple[Question, dt.date, list[Claim]]) -> None:
    question, day, taken = situation
    found = {start.at: set(start.staff) for start in free_starts(question, day, taken)}
    assert found == _by_the_rules(question, day, taken)


@given(situation=_situations(), wanted=st.integers(0, 86_400))
def test_the_order_changes_nothing_but_the_order(situation: tuple[Question, dt.date, list[Claim]], wanted: int) -> None:
    def distance(at: int) -> int:
        return abs(at % 86_400 - wanted)

    in_order = sorted(free_starts(*situation), key=lambda start: distance(start.at))
    assert list(free_by(*situation, order=distance)) == in_order


def test_starts_that_nobody_asks_for_are_not_looked_at(monkeypatch: pytest.MonkeyPatch) -> None:
    looked_at: list[int] = []

    def claims(question: Question, person: Staff, at: int, taken: Any) -> Any:
        looked_at.append(at)
        return claims_for(question, person, at, taken)

    monkeypatch.setattr(calendar, "claims_for", claims)
    question = _question(SAMPLES["demo"])
    last = next(free_by(question, THURSDAY, (), order=lambda at: -at))
    assert set(looked_at) == {last.at}
    assert last == free_starts(question, THURSDAY, ())[-1]


@settings(max_examples=300)
@given(situation=_situations(), minutes=st.integers(0, 95).map(lambda step: step * 15))
def test_a_start_is_refused_exactly_when_it_is_not_offered(
    situation: tuple[Question, dt.date, list[Claim]], minutes: int
) -> None:
    question, day, taken = situation
    at = _at(question.business, day, f"{minutes // 60:02d}:{minutes % 60:02d}")
    offered = any(start.at == at for start in free_starts(question, day, taken))
    assert offered is (refusal(question, at, taken) is None)


def _by_the_rules(question: Question, day: dt.date, taken: Sequence[Claim]) -> dict[int, set[str]]:
    """The samples' rules as they are written down, minute by minute; no sample crosses midnight or a clock change."""
    business, service = question.business, question.service
    hours = _hours(business, day)
    given = business.day_services.get(day.strftime("%a").lower(), (service.id,))
    free: dict[int, set[str]] = {}
    for minute in range(0, 1440, business.slot_step_minutes) if service.id in given else ():
        at = int(dt.datetime.combine(day, dt.time(minute // 60, minute % 60), business.zone).timestamp())
        fits = any(start <= minute and minute + service.minutes <= end for start, end in hours)
        soon = at - question.now >= business.minimum_notice_minutes * 60
        late = at <= question.now + business.maximum_advance_days * 86400
        room = _room(business, at, service.minutes, taken) and _below_limit(question, day, taken)
        if fits and soon and late and room:
            able = [each.id for each in business.staff_for(service.id) if _works(each, day, minute, question)]
            if people := {each for each in able if _idle(each, at, question, taken)}:
                free[at] = people
    return free


def _hours(business: Business, day: dt.date) -> Sequence[tuple[int, int]]:
    closed = {"2026-12-07", "2026-12-08", "2026-12-25", "2027-01-01", "2027-01-06"}
    if day in business.closed_dates or (business.region and day.isoformat() in closed):
        return ()
    return business.special_hours.get(day, business.hours.get(day.strftime("%a").lower(), ()))  # type: ignore[call-overload]


def _works(person: Staff, day: dt.date, minute: int, question: Question) -> bool:
    weekday: Any = day.strftime("%a").lower()
    end = minute + question.service.minutes
    shifts = (person.shifts or {}).get(weekday, ())
    on_break = any(minute < stop and start < end for start, stop in person.breaks.get(weekday, ()))
    return any(start <= minute and end <= stop for start, stop in shifts) and not on_break


def _idle(person: str, at: int, question: Question, taken: Sequence[Claim]) -> bool:
    service = question.service
    start, end = at - service.buffer_before_minutes * 60, at + (service.minutes + service.buffer_after_minutes) * 60
    return not any(each.resource == f"staff:{person}" and each.start < end and start < each.end for each in taken)


def _room(business: Business, at: int, minutes: int, taken: Sequence[Claim]) -> bool:
    if business.rooms is None:
        return True
    inside = [each for each in taken if each.resource == "room" and each.start < at + minutes * 60 and at < each.end]
    moments = [at, *(each.start for each in inside if each.start >= at)]
    return all(sum(each.start <= moment < each.end for each in inside) < business.rooms for moment in moments)


def _below_limit(question: Question, day: dt.date, taken: Sequence[Claim]) -> bool:
    limit = question.business.daily_limits.get(question.service.id)
    zone: ZoneInfo = question.business.zone
    of_day = [
        each
        for each in taken
        if each.resource == f"limit:{question.service.id}" and local(each.start, zone).date() == day
    ]
    return limit is None or len(of_day) < limit
