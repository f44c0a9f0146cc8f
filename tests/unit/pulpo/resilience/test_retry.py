from __future__ import annotations

from collections.abc import Awaitable, Callable
from random import Random

import anyio
import pytest

from pulpo.errors import ToolBusyError
from pulpo.resilience.retry import Retries, RetrySettings

NO_WAIT = RetrySettings(first_wait=0.0)


def failing(times: int, error: Exception) -> tuple[Callable[[], Awaitable[str]], list[int]]:
    """Return a function that raises so often before it works, and the list of its attempts."""
    attempts: list[int] = []

    async def attempt() -> str:
        attempts.append(len(attempts))
        if len(attempts) <= times:
            raise error
        return "fine"

    return attempt, attempts


def retries(settings: RetrySettings = NO_WAIT) -> Retries:
    return Retries(settings, random=Random(1))  # noqa: S311


@pytest.mark.parametrize(("times", "made"), [(0, 1), (1, 2), (2, 3)])
async def test_what_fails_for_a_moment_is_tried_again(times: int, made: int) -> None:
    attempt, attempts = failing(times, ConnectionError())
    assert await retries().run("look", attempt) == "fine"
    assert len(attempts) == made


async def test_the_last_error_is_raised() -> None:
    attempt, attempts = failing(9, ConnectionError("gone"))
    with pytest.raises(ConnectionError, match="gone"):
        await retries().run("look", attempt)
    assert len(attempts) == 3


@pytest.mark.parametrize("error", [TypeError(), ValueError(), KeyError(), ToolBusyError("full", tool="look")])
async def test_mistakes_and_refusals_are_not_tried_again(error: Exception) -> None:
    attempt, attempts = failing(1, error)
    with pytest.raises(type(error)):
        await retries().run("look", attempt)
    assert len(attempts) == 1


async def test_a_storm_is_stopped_by_the_budget() -> None:
    """1,000 failing calls make about a tenth more attempts, not three times as many."""
    chosen = retries()
    total = 0
    for _ in range(1000):
        attempt, attempts = failing(9, ConnectionError())
        with pytest.raises(ConnectionError):
            await chosen.run("look", attempt)
        total += len(attempts)
    assert 1000 < total <= 1000 * 1.1 + 10
    attempt, attempts = failing(1, ConnectionError())
    assert await chosen.run("other", attempt) == "fine", "each tool has a budget of its own"


async def test_control_without_a_budget_every_call_is_made_three_times() -> None:
    chosen = retries(RetrySettings(first_wait=0.0, budget=float("inf")))
    total = 0
    for _ in range(100):
        attempt, attempts = failing(9, ConnectionError())
        with pytest.raises(ConnectionError):
            await chosen.run("look", attempt)
        total += len(attempts)
    assert total == 300


async def test_waits_grow_and_are_spread(monkeypatch: pytest.MonkeyPatch) -> None:
    waits: list[float] = []

    async def sleep(seconds: float) -> None:
        waits.append(seconds)

    monkeypatch.setattr(anyio, "sleep", sleep)
    for _ in range(5):
        attempt, _ = failing(2, ConnectionError())
        await retries(RetrySettings(first_wait=1.0)).run("look", attempt)
    for first, second in zip(waits[::2], waits[1::2], strict=True):
        assert 0.5 <= first <= 1
        assert 1 <= second <= 2
