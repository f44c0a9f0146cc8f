"""The user's own time zone."""

from __future__ import annotations

import pytest

from pulpo.conversation import Json
from pulpo.turns.zone import user_zone


@pytest.mark.parametrize("name", ["America/Bogota", "Asia/Calcutta", "UTC"])
def test_a_known_zone_is_passed_on(name: str) -> None:
    assert user_zone({"timezone": name}) == name


@pytest.mark.parametrize("said", ["Mars/Olympus", "", "../../etc/passwd", "/etc/passwd", "America", "x" * 500, 5, None])
def test_what_is_no_zone_is_left_out(said: Json) -> None:
    assert user_zone({"timezone": said}) is None


def test_nothing_said() -> None:
    assert user_zone({"plan": "gold"}) is None
