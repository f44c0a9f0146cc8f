"""Puts the running system together from settings and plugins, and takes it down in the reverse order.

This is the one place where rooms meet that do not know each other.
"""

from __future__ import annotations

import os
import random
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Collection, Iterator, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from functools import partial
from math import inf

import anyio.to_thread
from msgspec.structs import replace

from pulpo.background import background_task
from pulpo.canary.guardrails import BY_NAME
from pulpo.canary.live import Live
from pulpo.canary.rolling import fingerprint_of, rolling
from pulpo.canary.rollout import Rollouts
from pulpo.canary.router import Router
from pulpo.canary.shadow import Tallies
from pulpo.canary.switching import switching
from pulpo.consent import read_consent
from pulpo.contracts.events import Event, PluginsLoaded, TurnTold
from pulpo.contracts.runtime import Readings, Runtime
from pulpo.contracts.tools import Tool
from pulpo.conversation import Message, Workspace
from pulpo.observability.events import EventBus
from pulpo.observability.recent import Recent
from pulpo.observability.redaction import secret_free
from pulpo.observability.slo import spent
from pulpo.observability.watchdog import Watchdog
from pulpo.plugins import Catalogue, load_plugins
from pulpo.plugins.choosing import built_by, validated
from pulpo.plugins.choosing import chosen as chosen_from
from pulpo.plugins.lifespans import opened
from pulpo.resilience.breaker import BreakerSettings
from pulpo.resilience.guards import Guards, standard_guards
from pulpo.resilience.limits import RateLimits, open_limits
from pulpo.resilience.orders import Orders
from pulpo.resilience.retry import RetrySettings
from pulpo.settings import Settings, TurnSettings
from pulpo.store import transcripts
from pulpo.store.migrate import upgrade
from pulpo.store.opening import open_store
from pulpo.store.retention import Retention, keep_tidy
from pulpo.store.turnstore import TurnStore
from pulpo.system import System
from pulpo.turns.approvals import Waiting
from pulpo.turns.executor import ToolExecutor, utc
from pulpo.turns.loop import Limits, TurnLoop, Variant
from pulpo.turns.orchestrator import Orchestrator, Timing
from pulpo.turns.policies import PolicySet
from pulpo.turns.prices import Price
from pulpo.turns.shadow import Shadows
from pulpo.turns.stalls import Stalls


@asynccontextmanager
async def running(
    settings: Settings,
    *,
    catalogue: Catalogue | None = None,
    clock: Callable[[], float] = time.time,
    serving: bool = False,
) -> AsyncIterator[System]:
    """Hold the system up: plugins loaded, schema current, connections open; drained and closed at the end.

    A server (``serving``) lets its settings file and its environment switch the canary of all replicas.

    Raises `SettingsError`, `PluginError` or `StoreUnavailableError` when it cannot start.
    """
    catalogue = catalogue or plugins_of(settings)
    workspaces = workspaces_of(settings, catalogue)
    recent = Recent(clock=time.monotonic)
    bus = EventBus((recent, *catalogue.sinks))
    await anyio.to_thread.run_sync(upgrade, settings.database_url, catalogue.migrations)
    async with AsyncExitStack() as stack:
        store = await stack.enter_async_context(open_store(settings.database_url))
        system: System | None = None
        runtime = Runtime(
            database=store.database,
            workspaces=workspaces,
            clock=lambda: utc(clock()),
            emit=bus.emit,
            secret_free=secret_free(os.environ),
            readings=lambda: system.readings() if system else Readings(),
            update_workspace=lambda workspace: workspaces.update({workspace.id: _chosen(settings, workspace)}),
        )
        offered = catalogue.sinks
        catalogue = await opened(stack, catalogue, runtime, required=settings.plugins.required)
        # A plugin that is out hears nothing, least of all what people say.
        bus.leave_out({sink.name for sink in offered if sink not in catalogue.sinks})
        tools = _tools(catalogue)
        limits = await stack.enter_async_context(open_limits(settings.rate_limit, emit=bus.emit))
        guards = _guards(settings, catalogue, tools, limits, bus.emit)
        orders = Orders(store.database, guards.breakers, clock=clock, emit=bus.emit)
        await orders.recall()
        tallies = Tallies()
        canary, rollouts = await _canary(stack, settings, catalogue, store, bus.emit, clock, tallies, serving=serving)
        orchestrator, shadows = _orchestrator(
            settings, catalogue, workspaces, store, bus, clock, tools, guards, canary.router, tallies
        )
        system = System(
            settings=settings,
            catalogue=catalogue,
            workspaces=workspaces,
            emit=bus.emit,
            clock=clock,
            store=store,
            guards=guards,
            canary=canary,
            rollouts=rollouts,
            shadows=tallies,
            tools=tools,
            orders=orders,
            limits=limits,
            recent=recent,
            watchdog=Watchdog(catalogue.modules, emit=bus.emit),
            begin_trace=bus.begin_trace,
            _orchestrator=orchestrator,
        )
        for name, work in _beside_the_turns(system, orchestrator, shadows).items():
            await stack.enter_async_context(background_task(work, name=name))
        stack.enter_context(system.watchdog.watching())
        stack.push_async_callback(system.drain)
        bus.emit(_loaded(catalogue, settings, tools, workspaces))
        yield system


def _beside_the_turns(
    system: System, orchestrator: Orchestrator, shadows: Shadows
) -> Mapping[str, Callable[[], Awaitable[None]]]:
    """What runs as long as the system does, by name."""
    retention = Retention(**system.settings.retention.model_dump())
    return {
        "leases": orchestrator.keep_leases,
        "shadows": shadows.work,
        "recent": system.recent.keep_looking,
        "orders": system.orders.follow,
        "approvals": system.approvals.follow,
        "retention": partial(keep_tidy, system.database, retention, clock=system.clock),
    }


def _guards(
    settings: Settings,
    catalogue: Catalogue,
    tools: Collection[str],
    limits: RateLimits,
    emit: Callable[[Event], None],
) -> Guards:
    return standard_guards(
        emit=emit,
        owners={name: catalogue.owner("tool", name) for name in tools},
        breaker=BreakerSettings(**settings.breakers.model_dump()),
        retry=RetrySettings(**settings.retries.model_dump()),
        limiter=limits.tools,
    )


async def _canary(
    stack: AsyncExitStack,
    settings: Settings,
    catalogue: Catalogue,
    store: TurnStore,
    emit: Callable[[Event], None],
    clock: Callable[[], float],
    tallies: Tallies,
    *,
    serving: bool,
) -> tuple[Live, Rollouts]:
    """Open the live configuration, and the rollout that moves its share."""
    canary = await stack.enter_async_context(
        switching(
            settings,
            database=store.database,
            strategies=catalogue.strategies,
            emit=emit,
            clock=clock,
            serving=serving,
        )
    )
    rollouts = await stack.enter_async_context(
        rolling(
            canary,
            store=store,
            fingerprint=lambda name: fingerprint_of(settings.variants.get(name), catalogue.records),
            emit=emit,
            clock=clock,
            shadowed=tallies.gate,
            spent=spent,
            serving=serving,
        )
    )
    return canary, rollouts


def plugins_of(settings: Settings) -> Catalogue:
    """Load the plugins the settings allow; raises `PluginError` for a required one that is not active."""
    chosen = settings.plugins
    return load_plugins(
        allow=chosen.allow,
        deny=chosen.deny,
        required=chosen.required,
        strict=chosen.strict,
        sections=chosen.sections,
    )


def workspaces_of(settings: Settings, catalogue: Catalogue) -> dict[str, Workspace]:
    """Return the tenants that plugins know, with what ``[workspaces.<id>]`` says about them on top."""
    workspaces = dict(catalogue.workspaces)
    for name in settings.workspaces:
        workspaces[name] = _chosen(settings, workspaces.get(name, Workspace(id=name, name=name)))
    workspaces.setdefault(settings.default_workspace, Workspace(id=settings.default_workspace))
    return workspaces


def _orchestrator(
    settings: Settings,
    catalogue: Catalogue,
    workspaces: Mapping[str, Workspace],
    store: TurnStore,
    bus: EventBus,
    clock: Callable[[], float],
    tools: Mapping[str, Tool],
    guards: Guards,
    router: Router,
    tallies: Tallies,
) -> tuple[Orchestrator, Shadows]:
    async def history(conversation_id: str, limit: int) -> Sequence[Message]:
        return await store.database.read(partial(transcripts.messages, conversation_id=conversation_id, limit=limit))

    timing = settings.turns
    executor, policies = ToolExecutor(store, guards, clock=clock), PolicySet(catalogue.policies)
    limits = _limits(timing)
    prices = {model: Price(**price.model_dump(exclude={"currency"})) for model, price in settings.prices.items()}
    variants = _variants(settings, catalogue, tuple(tools.values()))
    shadows = Shadows(
        router=router,
        variants=variants,
        tools=tools,
        policies=policies,
        context=executor.context,
        history=history,
        read_consent=read_consent,
        limits=limits,
        prices=prices,
        tallies=tallies,
        emit=bus.emit,
        random=random.random,
        monotonic=time.monotonic,
        deadline=timing.assigned_deadline,
    )
    orchestrator = Orchestrator(
        store=store,
        loop=TurnLoop(
            executor=executor,
            policies=policies,
            tools=tools,
            history=history,
            read_consent=read_consent,
            limits=limits,
            prices=prices,
            stalls=Stalls(guards.breakers, clock=guards.clock),
            waiting=Waiting(store.database, clock=clock, lifetime=settings.approvals.lifetime),
        ),
        router=router,
        variants=variants,
        workspaces=workspaces,
        emit=bus.emit,
        tell=bus.heeds(TurnTold),
        clock=clock,
        new_id=_ids(clock).__next__,
        timing=Timing(
            deadline=timing.deadline,
            assigned_deadline=timing.assigned_deadline,
            lease=timing.lease,
            wait=timing.wait,
        ),
        shadows=shadows,
    )
    return orchestrator, shadows


def _limits(chosen: TurnSettings) -> Limits:
    cost = inf if chosen.max_cost is None else chosen.max_cost
    return Limits(chosen.max_steps, chosen.max_calls, chosen.max_tokens, cost)


def _ids(clock: Callable[[], float]) -> Iterator[str]:
    """Ids of a time in milliseconds and 80 random bits, like UUIDv7: rows that come together lie together, which makes
    a commit write a third of the pages. The system is asked for 256 at a time, which costs it little more than one."""
    while True:
        began, block = f"{int(clock() * 1000):012x}", os.urandom(256 * 10).hex()
        yield from [began + block[start : start + 20] for start in range(0, len(block), 20)]


def _tools(catalogue: Catalogue) -> dict[str, Tool]:
    offered = {tool.name: tool for source in catalogue.sources for tool in source.tools}
    return {**offered, **catalogue.tools}


def _chosen(settings: Settings, workspace: Workspace) -> Workspace:
    if (chosen := settings.workspaces.get(workspace.id)) is None:
        return workspace
    return replace(workspace, **{key: value for key, value in chosen.model_dump().items() if value is not None})


def _variants(settings: Settings, catalogue: Catalogue, tools: Sequence[Tool]) -> dict[str, Variant]:
    """Build each variant's planner; variants with the same planner and settings share one."""
    built: dict[tuple[str, str], Variant] = {}
    variants: dict[str, Variant] = {}
    for name, chosen in settings.variants.items():
        key = (chosen.planner, repr(sorted(chosen.settings.items())))
        if key not in built:
            where = f"variants.{name}"
            factory = chosen_from(catalogue.planners, chosen.planner, key=f"{where}.planner")
            config = validated(factory.config, chosen.settings, key=f"{where}.settings")
            built[key] = Variant(name, chosen.planner, built_by(factory, config, tools, key=f"{where}.planner"))
        variants[name] = replace(built[key], name=name)
    return variants


def _loaded(
    catalogue: Catalogue, settings: Settings, tools: Collection[str], workspaces: Collection[str]
) -> PluginsLoaded:
    states = [record.state for record in catalogue.records]
    names = {
        "tools": tools,
        "planners": {variant.planner for variant in settings.variants.values()},
        "policies": [policy.name or type(policy).__name__ for policy in catalogue.policies],
        "sinks": ("log", *(sink.name for sink in catalogue.sinks)),
        "variants": settings.variants,
        "models": settings.prices,
        "guardrails": BY_NAME,
        "workspaces": workspaces,
    }
    return PluginsLoaded(
        {state: states.count(state) for state in ("active", "quarantined", "blocked")},
        {kind: tuple(sorted(found)) for kind, found in names.items()},
    )
