"""What an offer taken changes in the facts."""

import pulpo
from pulpo_rules.facts import taken

FIRST = pulpo.Offer("Dr. Lee", {"name": "Dr. Lee", "address": "1 High Street"})
SECOND = pulpo.Offer("Dr. Roe", {"name": "Dr. Roe", "address": "2 Low Road"})


def test_what_came_from_the_thing_replaced_goes_with_it() -> None:
    """The destination was the first one's address, and nobody wants to go there once another one is chosen."""
    first = taken({}, FIRST) | {"destination": pulpo.Fact("1 High Street", "offer")}
    assert {name: fact.value for name, fact in taken(first, SECOND).items()} == {
        "name": "Dr. Roe",
        "address": "2 Low Road",
    }


def test_what_the_user_said_stays() -> None:
    first = taken({}, FIRST) | {"destination": pulpo.Fact("1 High Street"), "riders": pulpo.Fact(2, "offer")}
    kept = taken(first, SECOND)
    assert kept["destination"] == pulpo.Fact("1 High Street")
    assert kept["riders"] == pulpo.Fact(2, "offer")
