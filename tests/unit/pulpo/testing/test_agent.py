from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

import pytest
from sqlalchemy import text

import pulpo
from pulpo.errors import RequiredPluginError, ToolArgumentsError, ToolNotFoundError, ToolTimeoutError
from pulpo.testing import Agent, FakeClock, ScriptedPlanner
from pulpo.testing.agent import new_agent
from support.waiting import LIMIT

NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)


@pulpo.tool(read_only=True, examples={"es": ["saluda a Ana"], "en": ["say hello to Ana"]})
def say_hello(name: str) -> str:
    """Greet somebody."""
    return f"Hola, {name}!"


@pulpo.tool(read_only=True)
async def full() -> pulpo.Result:
    """Return a result."""
    return pulpo.Result(value=3, text="three")


@pulpo.tool(read_only=True)
async def where(context: pulpo.ToolContext) -> dict[str, Any]:
    """Say what a tool knows."""
    tables = await context.database.read(lambda c: c.execute(text("select count(*) from sqlite_master")).scalar())
    return {
        "workspace": context.workspace.id,
        "now": context.now,
        "user": context.user_id,
        "locale": context.locale,
        "tables": tables,
    }


@pulpo.tool
async def write(context: pulpo.ToolContext) -> pulpo.Result:
    """Write."""

    def closure(connection: Any) -> pulpo.Result:
        connection.execute(text("create table if not exists noted (n integer)"))
        connection.execute(text("insert into noted values (1)"))
        return pulpo.Result(connection.execute(text("select count(*) from noted")).scalar())

    return await context.commit(closure)


@pulpo.tool(read_only=True, timeout=0.05)
def hangs() -> None:
    """Take too long, in a thread."""
    RELEASE.wait(LIMIT)
    RELEASED.set()


@pulpo.tool(read_only=True)
def fails() -> None:
    """Raise."""
    raise ZeroDivisionError("mine")


def unmarked() -> list[pulpo.Tool]:
    return []


RELEASE, RELEASED = threading.Event(), threading.Event()


class Tools:
    @pulpo.hookimpl
    def pulpo_register_tools(self) -> list[Any]:
        return [say_hello, full, where, write, hangs, fails, SimpleNamespace(name="remote", tools=())]


class Salon:
    @pulpo.hookimpl
    def pulpo_register_workspaces(self) -> list[pulpo.Workspace]:
        return [pulpo.Workspace(id="salon")]


@pytest.fixture
def tester(tmp_path: Path) -> Iterator[Agent]:
    with new_agent(plugins=[Tools()], directory=tmp_path, now=NOW) as made:
        RELEASE.clear()
        RELEASED.clear()
        yield made
        RELEASE.set()


async def test_a_tool_returns_what_its_function_returns(tester: Agent) -> None:
    assert await tester.call("say_hello", {"name": "Ana"}) == "Hola, Ana!"
    assert await tester.call("full") == pulpo.Result(value=3, text="three")


async def test_a_tool_without_context_costs_no_database(tester: Agent, tmp_path: Path) -> None:
    await tester.call("say_hello", {"name": "Ana"})
    assert not (tmp_path / "agent.db").exists()


async def test_a_tool_with_context_gets_a_real_one(tester: Agent) -> None:
    known = await tester.call("where", user_id="ana", locale="en")
    assert known.pop("tables") > 3
    assert known == {"workspace": "demo", "now": NOW, "user": "ana", "locale": "en"}


async def test_effects_are_committed(tester: Agent) -> None:
    assert [(await tester.call("write")).value for _ in range(2)] == [1, 2]


async def test_bad_arguments_and_unknown_tools_are_named(tester: Agent) -> None:
    with pytest.raises(ToolArgumentsError, match="name: Field required"):
        await tester.call("say_hello", {})
    with pytest.raises(ToolNotFoundError, match="no tool 'say_helo' here; the tools are: fails, full, hangs, say"):
        await tester.call("say_helo")


async def test_a_tool_that_hangs_ends_at_its_deadline(tester: Agent) -> None:
    with pytest.raises(ToolTimeoutError, match=r"0\.05 s"):
        await tester.call("hangs")
    assert not RELEASED.is_set(), "it still hangs: nobody waited for it"


async def test_what_a_tool_raises_reaches_the_test(tester: Agent) -> None:
    with pytest.raises(ZeroDivisionError, match="mine"):
        await tester.call("fails")


def test_tools_are_names(tester: Agent) -> None:
    assert tester.tools == ("fails", "full", "hangs", "say_hello", "where", "write")


def test_it_needs_no_async_test_runner(tester: Agent) -> None:
    assert asyncio.run(tester.call("say_hello", {"name": "Ana"})) == "Hola, Ana!"


async def test_messages_of_one_conversation_go_through_the_runtime(tmp_path: Path) -> None:
    script = ScriptedPlanner(
        [
            pulpo.Calls((pulpo.ToolCall("1", "say_hello", {"name": "Ana"}),)),
            lambda context: pulpo.Answer(context.results[0].result.text),
        ],
        [pulpo.Answer("two")],
        [pulpo.Answer("three")],
    )
    planner = SimpleNamespace(pulpo_register_planners=pulpo.hookimpl(lambda: [script]))
    with new_agent(plugins=[Tools(), planner], directory=tmp_path, planner="scripted", now=FakeClock(NOW)) as tester:
        first = await tester.say("hello", user_id="ana", locale="en-GB")
        second = await tester.say("otra")
        tester.start_over()
        third = await tester.say("de nuevo")
    assert (first.reply, first.outcome, first.served_by) == ("Hola, Ana!", "ok", "stable")
    assert [(call.tool, call.outcome) for call in first.tool_calls] == [("say_hello", "ok")]
    assert first.conversation_id == second.conversation_id != third.conversation_id
    assert (script.asked[0].turn.at, script.asked[0].turn.user_id, script.asked[0].turn.locale) == (NOW, "ana", "en-GB")


async def test_a_plugin_s_own_workspace_is_used_when_there_is_no_demo(tmp_path: Path) -> None:
    with new_agent(plugins=[Tools(), Salon()], directory=tmp_path) as tester:
        assert (await tester.call("where"))["workspace"] == "salon"


async def test_lifespans_are_open_while_a_tool_runs_and_closed_after(tmp_path: Path) -> None:
    log: list[str] = []

    @asynccontextmanager
    async def lifespan(runtime: pulpo.Runtime, settings: Any) -> AsyncIterator[None]:
        log.append("open")
        yield
        log.append("closed")

    @pulpo.tool(read_only=True)
    def peek() -> str:
        """Look."""
        return " ".join(log)

    plugin = ModuleType("my_package.holding")
    vars(plugin)["pulpo_lifespan"] = pulpo.hookimpl(lifespan)
    vars(plugin)["pulpo_register_tools"] = pulpo.hookimpl(lambda: [peek])
    with new_agent(plugins=[plugin], directory=tmp_path) as tester:
        assert log == []
        assert await tester.call("peek") == "open"
    assert log == ["open", "closed"]


async def test_a_closed_agent_says_so(tmp_path: Path) -> None:
    with new_agent(plugins=[Tools()], directory=tmp_path) as tester:
        pass
    with pytest.raises(RuntimeError, match="this agent is closed"):
        await tester.call("full")


@pytest.mark.parametrize(
    ("plugin", "message"),
    [
        ("not_there", r"not_there: not installed \(installed are .*pulpo_rules"),
        (SimpleNamespace(pulpo_register_tools=unmarked), "SimpleNamespace: quarantined, function pulpo_register_t"),
    ],
)
def test_a_plugin_that_cannot_be_used_is_refused_with_its_reason(plugin: Any, message: str, tmp_path: Path) -> None:
    with pytest.raises(RequiredPluginError, match=message):
        new_agent(plugins=[plugin], directory=tmp_path)


def test_settings_are_the_plugin_s_section(tmp_path: Path) -> None:
    with pytest.raises(RequiredPluginError, match=r"\[plugins\.Tools\] word: this plugin takes no settings"):
        new_agent(plugins=[Tools()], directory=tmp_path, settings={"Tools": {"word": "Hi"}})
