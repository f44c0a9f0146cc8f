from __future__ import annotations

from collections.abc import Sequence

import pulpo
from pulpo.contracts.rates import Ask, Use
from pulpo.resilience.limiter import Limiter, Rates
from pulpo.settings.rates import Rate


class Counters:
    """Shared counters that answer what they are told to."""

    def __init__(self, answer: list[Use] | None) -> None:
        self.answer = answer
        self.asked: list[list[Ask]] = []

    async def take(self, asks: Sequence[Ask]) -> list[Use] | None:
        self.asked.append(list(asks))
        return self.answer


def limiter(told: list[pulpo.Event] | None = None, shared: Counters | None = None, **rates: Rate) -> Limiter:
    events = [] if told is None else told
    return Limiter(Rates(**rates), clock=lambda: 0.0, emit=events.append, shared=shared)  # type: ignore[arg-type]


async def waits(it: Limiter, **more: str | None) -> list[tuple[str, bool]]:
    who = {"workspace_id": "demo", "key_id": "k", "user_id": "ana", **more}
    return [(standing.scope, standing.wait > 0) for standing in await it.message(**who)]  # type: ignore[arg-type]


async def test_each_scope_has_a_limit_of_its_own_and_a_refusal_is_told() -> None:
    told: list[pulpo.Event] = []
    it = limiter(told, user=Rate(1, 60), key=Rate(2, 60), workspace=Rate(3, 60))
    assert await waits(it) == [("user", False), ("key", False), ("workspace", False)]
    assert await waits(it) == [("user", True), ("key", False), ("workspace", False)]
    assert await waits(it, user_id="eva") == [("user", False), ("key", False), ("workspace", False)]
    assert await waits(it, user_id="leo") == [("user", False), ("key", True), ("workspace", False)]
    assert await waits(it, workspace_id="other") == [("user", False), ("key", False), ("workspace", False)]
    assert told == [pulpo.RateLimited("demo", "user", ""), pulpo.RateLimited("demo", "key", "")]


async def test_nobody_in_particular_has_no_limit_of_their_own() -> None:
    it = limiter(user=Rate(1, 60), key=Rate(1, 60))
    assert await waits(it, user_id=None, key_id="") == []


async def test_a_standing_says_what_is_left_and_until_when() -> None:
    (standing,) = await limiter(user=Rate(5, 60)).message(workspace_id="demo", key_id="", user_id="ana")
    assert (standing.remaining, standing.reset, standing.wait) == (4, 60, 0)


async def test_a_tool_has_its_own_rate_or_that_of_all() -> None:
    told: list[pulpo.Event] = []
    rates = Rates(tool=Rate(2, 60), tools={"book": Rate(1, 60)})
    it = Limiter(rates, clock=lambda: 0.0, emit=told.append)
    found = [await it.tool("demo", name) for name in ("book", "book", "look", "look", "look")]
    assert [standing is not None and standing.wait > 0 for standing in found] == [False, True, False, False, True]
    assert told == [pulpo.RateLimited("demo", "tool", "book"), pulpo.RateLimited("demo", "tool", "look")]
    assert it.limits_tools
    assert not it.limits_messages
    assert await limiter(user=Rate(1, 60)).tool("demo", "book") is None


async def test_what_all_replicas_counted_decides_and_without_it_our_own_count() -> None:
    shared = Counters([Use(5, 0, 0.5)])
    it = limiter(shared=shared, user=Rate(5, 60))
    assert await waits(it) == [("user", True)]
    shared.answer = None
    assert await waits(it) == [("user", False)]
    assert shared.asked[0] == [Ask("user:demo:ana", Rate(5, 60))]
