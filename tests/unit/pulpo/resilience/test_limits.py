from __future__ import annotations

import pytest

import pulpo
from pulpo.errors import SettingsError
from pulpo.resilience.limits import open_limits
from pulpo.settings import RateLimitSettings


async def test_without_a_rate_there_is_no_limiter_and_no_connection() -> None:
    async with open_limits(RateLimitSettings(url="redis://127.0.0.1:1"), emit=_refuse) as limits:
        assert (limits.messages, limits.tools, limits.trouble) == (None, None, "")


async def test_messages_and_tools_are_limited_apart() -> None:
    async with open_limits(RateLimitSettings(user="1/minute"), emit=_refuse) as limits:
        assert limits.messages is not None
        assert limits.tools is None
    async with open_limits(RateLimitSettings(tools={"book": "1/minute"}), emit=_refuse) as limits:
        assert limits.messages is None
        assert limits.tools is not None


async def test_a_valkey_that_is_not_there_is_told_once_and_each_counts_alone(free_port: int) -> None:
    told: list[pulpo.Event] = []
    settings = RateLimitSettings(url=f"valkey://127.0.0.1:{free_port}", user="1/minute")
    async with open_limits(settings, emit=told.append) as limits:
        assert limits.messages is not None
        found = [await limits.messages.message(workspace_id="demo", key_id="", user_id="ana") for _ in range(2)]
        assert [standing.wait > 0 for (standing,) in found] == [False, True]
        assert "replicas count alone" in limits.trouble
    assert [it for it in told if isinstance(it, pulpo.RateLimitsShared)] == [
        pulpo.RateLimitsShared(False, "not reached yet")
    ]


async def test_an_address_that_is_none_is_refused() -> None:
    settings = RateLimitSettings(url="redis://127.0.0.1:99999999", user="1/minute")
    with pytest.raises(SettingsError, match=r"rate_limit\.url"):
        async with open_limits(settings, emit=lambda _: None):
            pass


def _refuse(event: pulpo.Event) -> None:
    raise AssertionError(event)
