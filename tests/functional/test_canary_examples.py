"""The worked examples: an A/B test with a fixed split, and a blue-green switch there and back."""

from __future__ import annotations

from collections import Counter
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path

import pytest

from pulpo.assembly import running
from pulpo.contracts.canary import CanaryContext
from pulpo.plugins import load_plugins
from pulpo.settings import load_settings
from pulpo.store import canary as store
from pulpo.system import System
from pulpo.turns.request import TurnRequest
from support.documents import ROOT

Example = Callable[[str], AbstractAsyncContextManager[System]]


@pytest.fixture
def example(tmp_path: Path) -> Example:
    """Serve an example's folder, from a copy of its settings."""

    @asynccontextmanager
    async def serve(name: str) -> AsyncIterator[System]:
        file = tmp_path / "pulpo.toml"
        file.write_text((ROOT / "examples" / name / "pulpo.toml").read_text("utf-8"))
        settings = load_settings(file=file, environ={"PULPO_DATABASE_URL": f"sqlite:///{tmp_path}/pulpo.db"})
        catalogue = load_plugins(only={"pulpo_canary", "pulpo_rules"})
        async with running(settings, catalogue=catalogue, serving=True) as system:
            yield system

    return serve


def split(system: System, users: int = 2000) -> Counter[str]:
    """How many of some users a new conversation would send where."""
    contexts = (
        CanaryContext(workspace_id="demo", conversation_id="c", user_id=f"u{number}") for number in range(users)
    )
    return Counter(system.canary.router.assign(context, None).variant for context in contexts)


async def variant(system: System, user: str, conversation: str | None = None) -> tuple[str, str]:
    request = TurnRequest(workspace_id="demo", message="hola", user_id=user, conversation_id=conversation)
    answer = await system.chat(request)
    return answer.variant, answer.conversation_id


async def test_an_ab_test_splits_in_half_keeps_its_users_and_ends_in_one_step(example: Example) -> None:
    async with example("ab-test") as system:
        found = split(system)
        assert set(found) == {"stable", "b"}
        assert abs(found["b"] - 1000) <= 74  # 3.3 standard deviations
        first = {user: (await variant(system, user))[0] for user in ("u1", "u2", "u3", "u4")}
        assert first == {user: (await variant(system, user))[0] for user in first}
        await system.canary.set({"percentage": 1.0}, by="key")
        assert split(system) == {"b": 2000}


async def test_blue_becomes_green_in_one_audited_step_and_back(example: Example) -> None:
    async with example("blue-green") as system:
        assert split(system) == {"stable": 2000}
        assert (await variant(system, "tester"))[0] == "green"
        began, conversation = await variant(system, "ana")
        await system.canary.set({"percentage": 1.0}, by="key")
        assert split(system) == {"green": 2000}
        assert (began, (await variant(system, "ana", conversation))[0]) == ("stable", "stable")
        moved, green = await variant(system, "ana")
        await system.canary.kill(by="key", reason="green answers slowly")
        assert (moved, (await variant(system, "ana", green))[0]) == ("green", "stable")
        entries = await system.database.read(lambda connection: store.entries(connection, limit=2))
        assert [(it.action, it.after) for it in reversed(entries)] == [
            ("set", {"percentage": {"value": 1.0, "source": "api"}}),
            ("kill", {"killed": {"reason": "green answers slowly"}}),
        ]


async def test_no_conversation_changes_its_variant_over_a_new_split_and_a_restart(example: Example) -> None:
    users = [f"u{number}" for number in range(30)]
    async with example("ab-test") as system:
        first = {user: await variant(system, user) for user in users}
        assert {served for served, _ in first.values()} == {"stable", "b"}
        await system.canary.set({"percentage": 0.0, "seed": "another"}, by="key")
        assert split(system) == {"stable": 2000}
        again = {user: await variant(system, user, conversation) for user, (_, conversation) in first.items()}
    async with example("ab-test") as system:
        assert system.canary.now.share == 0.0
        restarted = {user: await variant(system, user, conversation) for user, (_, conversation) in first.items()}
    assert first == again == restarted


STRATEGIES = sorted(path.stem for path in (ROOT / "examples" / "config").glob("*.toml") if path.stem != "pulpo")


async def test_there_is_a_file_for_each_strategy_and_each_can_take_another_s_place(
    example: Example, tmp_path: Path
) -> None:
    async with example("blue-green") as system:
        assert STRATEGIES == ["all", "geographic", "none", "percentage", "user_id", "workspace"]
        file = tmp_path / "pulpo.toml"
        for name in (*STRATEGIES, *reversed(STRATEGIES)):
            file.write_text((ROOT / "examples" / "config" / f"{name}.toml").read_text("utf-8"))
            # `green` is not in these files, and `canary` runs beside it.
            await system.canary.reread()
            assert (system.canary.news.problem, system.canary.news.missing) == ("", ())
            assert (system.canary.now.settings.strategy, system.canary.now.settings.variant) == (name, "canary")
