from __future__ import annotations

from typing import Any

import pytest
from msgspec.structs import replace

import pulpo
from pulpo.canary.shadow import AGREEING, Planned, Tallies, compare

STABLE = Planned(
    calls=frozenset({b'["look",{}]'}),
    tools=frozenset({"look"}),
    outcome="ok",
    waits=b"",
    text="three are free",
    seconds=0.1,
    tokens=50,
)


@pytest.mark.parametrize(
    ("differs", "result"),
    [
        ({}, "same"),
        ({"seconds": 9.0, "tokens": 9000}, "same"),
        ({"text": "3"}, "wording"),
        ({"text": "3", "outcome": "refused"}, "answer"),
        ({"text": "Book?", "waits": b'["book",{}]'}, "answer"),
        ({"calls": frozenset({b'["look",{"day":"friday"}]'}), "outcome": ""}, "arguments"),
        ({"calls": frozenset(), "tools": frozenset()}, "tools"),
        ({"calls": frozenset(), "tools": frozenset(), "outcome": "", "error": "RuntimeError"}, "error"),
    ],
)
def test_the_first_difference_names_the_result(differs: dict[str, Any], result: str) -> None:
    assert compare(STABLE, replace(STABLE, **differs)) == result
    assert (result in AGREEING) == (result in ("same", "wording"))


def test_a_tally_tells_agreement_and_means() -> None:
    tallies = Tallies()
    assert tallies.gate("canary") == (0, 0)
    for result in ("same", "wording", "tools", "error"):
        found = pulpo.ShadowCompared("t", "c", "demo", "canary", result, (0.01, 0.03), (100, 40))
        tallies["canary"].add(found)
    tallies["canary"].dropped += 1
    status = tallies["canary"].status("canary", 0.2)
    assert tallies.gate("canary") == (4, 2)
    assert tallies.gate("other") == (0, 0)
    assert (status.share, status.comparisons, status.agreement, status.dropped) == (0.2, 4, 0.5, 1)
    assert (status.planning_ms, status.tokens) == ((10.0, 30.0), (100.0, 40.0))


def test_nothing_compared_is_no_agreement() -> None:
    assert Tallies()["canary"].status("canary", 0.0).agreement is None
