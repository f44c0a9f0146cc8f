"""Every wrong place of a business is named at once, with what is allowed there."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pulpo_booking.checking import checked, pointer
from pulpo_booking.errors import UnfitBusinessError, dotted
from pulpo_booking.files import load_businesses
from unit.pulpo_booking.counter import business_of


def problems(raw: Any) -> dict[str, str]:
    with pytest.raises(UnfitBusinessError) as caught:
        checked(raw)
    return {pointer(place): message for place, message in caught.value.problems}


def test_a_good_one_is_a_business() -> None:
    assert checked(business_of()).workspace == "shop"


def test_all_are_named_at_once() -> None:
    service = {"id": "A", "minuts": 3, "name": 5}
    found = problems(business_of(colour="red", rooms="two", services=[service], hours={"mon": [["9", "10:00"]]}))
    assert found == {
        "/colour": found["/colour"],
        "/rooms": "Input should be a valid integer, unable to parse string as an integer",
        "/services/0/id": "String should match pattern '^[a-z0-9][a-z0-9_-]{0,63}$'",
        "/services/0/name": "Input should be a valid string or: Input should be a valid dictionary",
        "/services/0/minutes": "this key is missing; add it",
        "/services/0/minuts": found["/services/0/minuts"],
        "/hours/mon": "'9' is not a time of day; write HH:MM, for example 09:30",
    }
    assert found["/colour"].startswith("there is no such key; check its spelling; allowed are workspace, name, kind")
    assert "allowed are id, name, description, synonyms, minutes, price" in found["/services/0/minuts"]


def test_what_refers_to_nothing_is_named_with_what_there_is() -> None:
    staff = [{"id": "ana", "name": "Ana", "services": ["dye"]}, {"id": "ana", "name": "Luis"}]
    found = problems(business_of(staff=staff, tz="Nowhere", day_services={"mon": ["dye"]}, daily_limits={"dye": 1}))
    assert found == {
        "/staff/1/id": "staff: the id 'ana' is used twice; ids must differ",
        "/staff/0/services": "staff ana: services: no service 'dye'; there are cut",
        "/day_services/mon": "day_services.mon: no service 'dye'; there are cut",
        "/daily_limits": "daily_limits: no service 'dye'; there are cut",
        "/tz": "tz 'Nowhere' is not an IANA zone; write one such as Europe/Madrid",
    }


def test_nobody_at_all_is_told_as_such() -> None:
    assert problems(business_of(staff=[])) == {"/staff": "at least one is needed"}


@pytest.mark.parametrize("raw", [None, 5, [], "x", {}])
def test_what_is_no_object_is_refused(raw: Any) -> None:
    assert problems(raw)


KEYS = st.sampled_from([*business_of(), "closed_dates", "holidays", "rooms"])
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=3),
    max_leaves=8,
)


@given(changes=st.dictionaries(KEYS, JSON, max_size=3))
def test_no_document_raises_anything_else(changes: dict[str, Any]) -> None:
    with suppress(UnfitBusinessError):
        checked(business_of(**changes))


def test_samples_are_businesses_after_a_round_trip() -> None:
    from pulpo_booking.business import document_of

    for business in load_businesses(["demo", "marea", "arce"]).values():
        assert checked(document_of(business)) == business


def test_places_are_written_for_people_and_for_programs() -> None:
    place = ("services", 0, "na/me~")
    assert dotted(place) == "services[0].na/me~"
    assert pointer(place) == "/services/0/na~1me~0"
    assert (dotted(()), pointer(())) == ("", "")
