from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from pydantic import BaseModel

import pulpo
from pulpo.assembly import running
from pulpo.errors import RequiredPluginError, SettingsError, WorkspaceNotFoundError
from pulpo.plugins import Catalogue, lifespans, load_plugins
from pulpo.settings import CanarySettings, PluginsSettings, Settings, VariantSettings, WorkspaceSettings
from pulpo.turns.request import TurnRequest
from support.waiting import LIMIT


class Plugin:
    """A planner that waits for its ``gate``, a tenant, a sink, and a lifespan that keeps a diary."""

    name = "gated"
    config = None

    def __init__(self) -> None:
        self.gate = asyncio.Event()
        self.gate.set()
        self.reached = asyncio.Event()
        self.diary: list[str] = []
        self.handlers = {pulpo.Event: lambda event: self.diary.append(type(event).__name__)}

    def build(self, config: Any, tools: Any) -> Plugin:
        return self

    async def next_step(self, context: pulpo.PlanContext) -> Any:
        self.reached.set()
        await self.gate.wait()
        yield pulpo.Answer(f"{context.turn.workspace.name}: {context.turn.text}")

    @pulpo.hookimpl
    def pulpo_register_planners(self, settings: Any) -> list[Any]:
        return [self]

    @pulpo.hookimpl
    def pulpo_register_metric_sinks(self, settings: Any) -> list[Any]:
        return [self]

    @pulpo.hookimpl
    def pulpo_register_workspaces(self, settings: Any) -> list[pulpo.Workspace]:
        return [pulpo.Workspace(id="salon", name="Salón", tz="Europe/Madrid")]

    @pulpo.hookimpl
    def pulpo_lifespan(self, runtime: pulpo.Runtime, settings: Any) -> Any:
        @asynccontextmanager
        async def diary() -> Any:
            self.diary.append("opened")
            yield
            self.diary.append("closed")

        return diary()


@pytest.fixture
async def plugin() -> Plugin:
    return Plugin()


@pytest.fixture
def catalogue(plugin: Plugin) -> Catalogue:
    return load_plugins(extra=[("gated", plugin)], only=["pulpo_canary"])


def settings(tmp_path: Path, **more: Any) -> Settings:
    given = {"variants": {"stable": VariantSettings(planner="gated")}, "default_workspace": "salon", **more}
    return Settings(database_url=f"sqlite:///{tmp_path}/pulpo.db", **given)


def hello(workspace: str = "salon", **more: Any) -> TurnRequest:
    return TurnRequest(workspace_id=workspace, message="hola", **more)


async def test_everything_is_opened_in_order_and_closed_in_reverse(tmp_path, plugin, catalogue) -> None:
    async with running(settings(tmp_path), catalogue=catalogue) as system:
        answer = await system.chat(hello())
        assert answer.reply == "Salón: hola"
    events = ["CanaryConfigured", "PluginsLoaded", "VariantAssigned", "PlannerStepped", "TurnFinished"]
    assert plugin.diary == ["opened", *events, "closed"]


async def test_a_plugin_can_ask_how_things_are_and_is_told_what_there_is(tmp_path) -> None:
    class Curious(Plugin):
        """Holds on to the runtime and to what it is told of the plugins."""

        def __init__(self) -> None:
            super().__init__()
            self.handlers = {pulpo.PluginsLoaded: lambda event: setattr(self, "loaded", event)}

        @pulpo.hookimpl
        def pulpo_lifespan(self, runtime: pulpo.Runtime, settings: Any) -> Any:
            self.ask, self.at_first = runtime.readings, runtime.readings()
            return super().pulpo_lifespan(runtime, settings)

    plugin = Curious()
    catalogue = load_plugins(extra=[("gated", plugin)], only=["pulpo_canary"])
    async with running(settings(tmp_path), catalogue=catalogue) as system:
        plugin.gate.clear()
        turn = asyncio.create_task(system.chat(hello()))
        await plugin.reached.wait()
        during = plugin.ask()
        plugin.gate.set()
        await turn
    assert plugin.at_first == pulpo.Readings()
    assert (during.turns_in_flight, during.caches) == (1, {"tools": 0})
    assert plugin.loaded.names["planners"] == ("gated",)
    assert plugin.loaded.names["sinks"] == ("gated", "log")
    assert plugin.loaded.names["workspaces"] == ("salon",)


async def test_what_was_said_outlives_the_process(tmp_path, catalogue) -> None:
    async with running(settings(tmp_path), catalogue=catalogue) as system:
        first = await system.chat(hello())
    async with running(settings(tmp_path), catalogue=catalogue) as system:
        transcript = await system.transcript(first.conversation_id, "salon")
        assert transcript is not None
        assert [message.text for message in transcript.messages] == ["hola", "Salón: hola"]
        assert [line.conversation_id for line in await system.conversations("salon", 5)] == [first.conversation_id]
        assert await system.transcript(first.conversation_id, "demo") is None
        assert await system.erase(first.conversation_id, "salon")
        assert await system.transcript(first.conversation_id, "salon") is None


async def test_a_client_that_leaves_does_not_end_its_turn(tmp_path, plugin, catalogue) -> None:
    async with running(settings(tmp_path), catalogue=catalogue) as system:
        plugin.gate.clear()
        client = asyncio.ensure_future(system.chat(hello(idempotency_key="k")))
        await plugin.reached.wait()
        client.cancel()
        with pytest.raises(asyncio.CancelledError):
            await client
        assert system.in_flight == 1
        plugin.gate.set()
        await system.drain()
        assert (await system.chat(hello(idempotency_key="k"))).reply == "Salón: hola"
    assert plugin.diary.count("TurnFinished") == 1


async def test_stopping_waits_for_the_turns_in_flight(tmp_path, plugin, catalogue) -> None:
    async with running(settings(tmp_path), catalogue=catalogue) as system:
        plugin.gate.clear()
        client = asyncio.ensure_future(system.chat(hello()))
        await plugin.reached.wait()
        asyncio.get_running_loop().call_later(0.02, plugin.gate.set)
    assert (await client).outcome == "ok"


async def test_the_configuration_overrides_what_plugins_know_of_a_workspace(tmp_path, catalogue) -> None:
    changed = settings(tmp_path, workspaces={"salon": WorkspaceSettings(name="Peluquería Sol")})
    async with running(changed, catalogue=catalogue) as system:
        assert (await system.chat(hello())).reply == "Peluquería Sol: hola"
        assert system.workspaces["salon"].tz == "Europe/Madrid"
        with pytest.raises(WorkspaceNotFoundError, match="salon"):
            await system.chat(hello("elsewhere"))


@pytest.mark.parametrize(
    ("more", "key", "says"),
    [
        ({"variants": {"stable": VariantSettings(planner="magic")}}, "variants.stable.planner", "gated"),
        (
            {"variants": {"stable": VariantSettings(planner="gated", settings={"x": 1})}},
            "variants.stable.settings",
            "no settings",
        ),
        ({"canary": CanarySettings(enabled=True, strategy="moon")}, "canary.strategy", "percentage"),
    ],
)
async def test_settings_that_fit_nothing_name_the_key_and_what_is_known(
    tmp_path, catalogue, more: dict[str, Any], key: str, says: str
) -> None:
    with pytest.raises(SettingsError, match=says) as caught:
        async with running(settings(tmp_path, **more), catalogue=catalogue):
            pass
    assert caught.value.key == key


async def test_a_share_of_one_sends_everybody_to_the_canary(tmp_path, catalogue) -> None:
    everybody = settings(tmp_path, canary=CanarySettings(enabled=True, percentage=1.0))
    async with running(everybody, catalogue=catalogue) as system:
        answer = await system.chat(hello())
    assert (answer.variant, answer.served_by) == ("canary", "canary")


class Faulty:
    """A plugin whose connection cannot be opened; it would listen to everything and trace every turn."""

    name = "curious"

    def __init__(self) -> None:
        self.heard: list[pulpo.Event] = []
        self.traced = 0
        self.handlers = {pulpo.Event: self.heard.append}

    def begin_trace(self, caller: Any) -> None:
        self.traced += 1

    @pulpo.hookimpl
    def pulpo_register_metric_sinks(self, settings: Any) -> list[Any]:
        return [self]

    @pulpo.hookimpl
    def pulpo_register_tools(self, settings: Any) -> list[pulpo.Tool]:
        @pulpo.tool(read_only=True)
        async def unreachable() -> str:
            """Never be offered."""
            return ""

        return [unreachable]

    @pulpo.hookimpl
    def pulpo_lifespan(self, runtime: pulpo.Runtime, settings: Any) -> Any:
        @asynccontextmanager
        async def connection() -> Any:
            raise ConnectionRefusedError("the other side is away")
            yield

        return connection()


async def test_a_plugin_that_cannot_open_is_quarantined_and_the_rest_runs(tmp_path, plugin) -> None:
    catalogue = load_plugins(extra=[("faulty", Faulty()), ("gated", plugin)], only=["pulpo_canary"])
    async with running(settings(tmp_path), catalogue=catalogue) as system:
        assert (await system.chat(hello())).outcome == "ok"
        record = next(record for record in system.catalogue.records if record.name == "faulty")
        assert (record.state, record.contributes, system.catalogue.tools) == ("quarantined", {}, {})
        assert "ConnectionRefusedError: the other side is away" in record.reason


async def test_a_plugin_that_cannot_open_hears_nothing_of_the_turns(tmp_path, plugin) -> None:
    faulty = Faulty()
    catalogue = load_plugins(extra=[("faulty", faulty), ("gated", plugin)], only=["pulpo_canary"])
    async with running(settings(tmp_path), catalogue=catalogue) as system:
        assert (await system.chat(hello())).outcome == "ok"
    assert "TurnFinished" in plugin.diary
    assert (faulty.heard, faulty.traced) == ([], 0)


class Waiting:
    """A plugin that waits for another server, which never answers."""

    def __init__(self) -> None:
        self.given_up = False

    @pulpo.hookimpl
    def pulpo_lifespan(self, runtime: pulpo.Runtime, settings: Any) -> Any:
        @asynccontextmanager
        async def connection() -> Any:
            try:
                await asyncio.Event().wait()
                yield
            finally:
                self.given_up = True

        return connection()


async def test_a_plugin_that_does_not_open_in_time_is_quarantined_and_the_rest_runs(
    tmp_path, plugin, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lifespans, "OPENING_SECONDS", 0.05)
    waiting = Waiting()
    catalogue = load_plugins(extra=[("waiting", waiting), ("gated", plugin)], only=["pulpo_canary"])
    async with asyncio.timeout(LIMIT), running(settings(tmp_path), catalogue=catalogue) as system:
        assert (await system.chat(hello())).outcome == "ok"
        record = next(record for record in system.catalogue.records if record.name == "waiting")
        assert (record.state, waiting.given_up) == ("quarantined", True)
        assert record.reason == "its lifespan failed: it did not open within 0.05 s"


async def hang() -> None:
    await asyncio.Event().wait()


async def fail() -> None:
    raise ConnectionError("gone already")


async def leave() -> None:
    raise SystemExit(3)


@pytest.mark.parametrize("end", [hang, fail, leave])
async def test_how_a_plugin_closes_keeps_nobody_from_closing(
    tmp_path, plugin, end: Any, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    class Clinging:
        @pulpo.hookimpl
        def pulpo_lifespan(self, runtime: pulpo.Runtime, settings: Any) -> Any:
            @asynccontextmanager
            async def connection() -> Any:
                yield
                await end()

            return connection()

    monkeypatch.setattr(lifespans, "CLOSING_SECONDS", 0.05)
    # In order of their names, so that it closes before the other one.
    catalogue = load_plugins(extra=[("gated", plugin), ("latecomer", Clinging())], only=["pulpo_canary"])
    async with asyncio.timeout(LIMIT), running(settings(tmp_path), catalogue=catalogue) as system:
        assert (await system.chat(hello())).outcome == "ok"
    assert plugin.diary[-1] == "closed"
    assert [it.getMessage() for it in caplog.records if it.levelname == "ERROR"] == ["plugin latecomer did not close"]


async def test_a_required_plugin_that_cannot_open_ends_the_start(tmp_path, plugin) -> None:
    catalogue = load_plugins(extra=[("faulty", Faulty()), ("gated", plugin)], only=["pulpo_canary"])
    needed = settings(tmp_path, plugins=PluginsSettings(required=("faulty",)))
    with pytest.raises(RequiredPluginError, match="the other side is away"):
        async with running(needed, catalogue=catalogue):
            pass


async def test_a_strategy_of_ones_own_gets_its_own_settings(tmp_path, plugin) -> None:
    class Regions(BaseModel, extra="forbid"):
        percentage: float
        regions: tuple[str, ...]

    class ByRegion:
        name = "by_region"
        config = Regions

        def compile(self, config: Regions) -> Any:
            return lambda context: pulpo.Match("region") if context.region in config.regions else None

        @pulpo.hookimpl
        def pulpo_register_canary_strategies(self, settings: Any) -> list[Any]:
            return [self]

    catalogue = load_plugins(extra=[("by_region", ByRegion()), ("gated", plugin)], only=["pulpo_canary"])
    canary = CanarySettings(enabled=True, strategy="by_region", settings={"regions": ["AR"]})
    async with running(settings(tmp_path, canary=canary), catalogue=catalogue) as system:
        answers = [await system.chat(hello(region=region)) for region in ("AR", "ES")]
    assert [answer.variant for answer in answers] == ["canary", "stable"]
    wrong = CanarySettings(enabled=True, strategy="by_region", settings={"region": "AR"})
    with pytest.raises(SettingsError) as caught:
        async with running(settings(tmp_path, canary=wrong), catalogue=catalogue):
            pass
    assert caught.value.key.startswith("canary.settings.region")
