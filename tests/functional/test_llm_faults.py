"""A model's server that misbehaves in every way there is: users get a valid answer in time, whatever it does.

In time is told by which limit ended a turn, and not by how long it took: the others are so far away that nothing but a
model that hangs would come near them.
"""

from __future__ import annotations

import json
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import Any

import anyio
import pytest

import pulpo
from pulpo.assembly import running
from pulpo.plugins import load_plugins
from pulpo.settings import CanarySettings, Settings, TurnSettings, VariantSettings
from pulpo.system import System
from pulpo.turns.request import TurnAnswer, TurnRequest
from support.models import Act, Model, Request, Says, Sends, chunked, completion, events, http, serving, tool_results

CALL, LONG = 0.5, 60.0
"""Seconds of one call of a model that is meant to be late, and of whatever else is limited."""
FAR = TurnSettings(deadline=2 * LONG, assigned_deadline=LONG)
NEVER_OPEN = {"window": 10_000, "minimum": 10_000}
"""A breaker counts the failures that took two seconds, which on a busy machine may be any."""
NEVER_AGAIN = {"open_for": 3600.0, "open_most": 3600.0, "slow": 3600.0}

TEA = ("price", {"item": "tea"})
GOOD = Says(text="Tea is 5.")
FIVE_HUNDRED = Sends(raw=http(b"oops", "500 Internal Server Error"))
MALFORMED = Says(calls=(("price", '{"item": "te'),))


@pulpo.tool(read_only=True)
async def price(item: str) -> str:
    """Tell a price."""
    return f"{item}: 5"


class Fallback:
    """The stable variant."""

    name = "fallback"
    config = None

    def build(self, config: Any, tools: Any) -> Fallback:
        return self

    async def next_step(self, context: pulpo.PlanContext) -> AsyncIterator[pulpo.Step]:
        yield pulpo.Answer("from stable")


@dataclass
class Shop:
    """A plugin with one tool and the stable planner; it keeps the events."""

    name: str = "shop"
    events: list[pulpo.Event] = field(default_factory=list)

    @property
    def handlers(self) -> dict[type[pulpo.Event], Callable[[Any], None]]:
        return dict.fromkeys((pulpo.ModelCalled, pulpo.VariantFailed), self.events.append)

    @pulpo.hookimpl
    def pulpo_register_tools(self, settings: Any) -> list[pulpo.Tool]:
        return [price]

    @pulpo.hookimpl
    def pulpo_register_planners(self, settings: Any) -> list[Any]:
        return [Fallback()]

    @pulpo.hookimpl
    def pulpo_register_metric_sinks(self, settings: Any) -> list[Any]:
        return [self]


@dataclass
class Place:
    """The runtime with a canary whose model does as a test says."""

    system: System
    model: Model
    shop: Shop

    async def ask(self, think: Act | Callable[[Request], Act]) -> tuple[TurnAnswer, list[pulpo.ModelCalled]]:
        """Ask for a price."""
        self.model.think = think if callable(think) else lambda _request: think
        self.model.requests.clear()
        self.shop.events.clear()
        answer = await self.system.chat(TurnRequest(workspace_id="demo", message="how much is tea?", user_id="ana"))
        return answer, [it for it in self.shop.events if isinstance(it, pulpo.ModelCalled)]

    @property
    def failures(self) -> list[str]:
        return [it.error for it in self.shop.events if isinstance(it, pulpo.VariantFailed)]


@asynccontextmanager
async def opened(
    folder: Path,
    model: Model,
    *,
    stream: bool,
    canary: bool = True,
    call: float = LONG,
    turn: TurnSettings = FAR,
    breakers: dict[str, float] = NEVER_OPEN,
) -> AsyncIterator[Place]:
    shop = Shop()
    settings = {"base_url": model.url, "model": "m", "timeout": call, "stream": stream}
    llm = VariantSettings(planner="llm", settings=settings)
    chosen = Settings(
        database_url=f"sqlite:///{folder}/pulpo.db",
        turns=turn,
        breakers=breakers,
        variants={"stable": VariantSettings(planner="fallback"), "canary": llm} if canary else {"stable": llm},
        canary=CanarySettings(enabled=canary, strategy="all"),
    )
    catalogue = load_plugins(extra=[("shop", shop)], only={"pulpo_llm", "pulpo_canary", "pulpo_guardrails"})
    async with running(chosen, catalogue=catalogue) as system:
        yield Place(system, model, shop)


@pytest.fixture(scope="module")
def model() -> Iterator[Model]:
    with serving(lambda _request: GOOD) as model:
        yield model


@pytest.fixture(scope="module", params=[False, True], ids=["whole", "stream"])
async def place(request: Any, tmp_path_factory: pytest.TempPathFactory, model: Model) -> AsyncIterator[Place]:
    async with opened(tmp_path_factory.mktemp("llm"), model, stream=request.param) as place:
        yield place


@pytest.fixture(scope="module", params=[False, True], ids=["whole", "stream"])
async def hasty(request: Any, tmp_path_factory: pytest.TempPathFactory, model: Model) -> AsyncIterator[Place]:
    async with opened(tmp_path_factory.mktemp("hasty"), model, stream=request.param, call=CALL) as place:
        yield place


def raw(says: Says, request: Request) -> bytes:
    """A good response in the form that the request wants."""
    return chunked(*events(says)) if request.get("stream") else http(completion(says))


def asks_for_ever() -> Callable[[Request], Act]:
    numbers = count()
    return lambda _request: Says(calls=(("price", {"item": f"tea {next(numbers)}"}),))


NONSENSE: dict[str, Act | Callable[[Request], Act]] = {
    "malformed": MALFORMED,
    "arguments that are a list": Says(calls=(("price", "[1]"),)),
    "arguments that are no number": Says(calls=(("price", '{"item": NaN}'),)),
    "arguments half a character": Says(calls=(("price", '{"item": "\\ud800"}'),)),
    "arguments too deep": Says(calls=(("price", '{"item":' + "[" * 15_000),)),
    "unknown": Says(calls=(("drop_tables", {}),)),
    "unnamed": Says(calls=(("", {}),)),
    "duplicate": Says(calls=(TEA, TEA)),
    "huge arguments": Says(calls=(("price", {"item": "x" * 20_000}),)),
    "empty": Says(text=""),
    "only a thought": Says(text="<think>tea, tea</think>"),
    "cut by its limit": Says(text="Tea is", finish="length"),
    "a call cut by its limit": Says(calls=(("price", '{"item": "te'),), finish="length"),
    "filtered": Says(text=None, finish="content_filter"),
}
TROUBLE: dict[str, tuple[Act | Callable[[Request], Act], str, int]] = {
    "HTML": (Sends(raw=http(b"<html><h1>Bad gateway</h1></html>", kind="text/html")), "ModelResponseError", 2),
    "bad UTF-8": (Sends(raw=http(b'{"choices":[{"message":{"content":"\xff"}}]}')), "ModelResponseError", 2),
    "bad UTF-8 in a stream": (Sends(raw=chunked(b'data: {"choices":[{"delta":{"content":"\xff"}}]}\n\n')), "", 2),
    "other JSON": (Sends(raw=http(b'{"choices": 3}')), "ModelResponseError", 2),
    "too deep": (Sends(raw=http(b'{"choices":' + b"[" * 200_000)), "ModelResponseError", 2),
    "429": (Sends(raw=http(b"{}", "429 Too Many Requests")), "ModelStatusError", 2),
    "429 for long": (Sends(raw=http(b"{}", "429 Too Many Requests", "Retry-After: 60")), "ModelStatusError", 1),
    "500": (FIVE_HUNDRED, "ModelStatusError", 2),
    "401": (Sends(raw=http(b'{"error":{"code":"invalid_api_key"}}', "401 Unauthorized")), "ModelStatusError", 1),
    "elsewhere": (Sends(raw=http(b"", "302 Found", "Location: http://127.0.0.1:9/v1")), "ModelStatusError", 1),
    "reset": (Sends(resets=True), "ModelUnreachableError", 2),
    "closed": (Sends(closes=True), "ModelUnreachableError", 2),
    "another protocol": (Sends(raw=b"SSH-2.0-OpenSSH_9\r\n", closes=True), "ModelUnreachableError", 2),
    "cut": (lambda request: Sends(raw=raw(GOOD, request)[:-30], closes=True), "", 2),
    "reset in the middle": (lambda request: Sends(raw=raw(GOOD, request)[:-30], resets=True), "", 2),
    "huge": (Sends(raw=http(b'{"choices":"' + b"x" * 2_000_000)), "ModelResponseError", 1),
    "huge stream": (Sends(raw=chunked(*[b"data: {}\n\n" + b" " * 65_000] * 40)), "ModelResponseError", 1),
    "endless loop": (asks_for_ever(), "LoopLimitError", 8),
}
LATE: dict[str, Act | Callable[[Request], Act]] = {
    "hang": Sends(),
    "hang in the middle": lambda request: Sends(raw=raw(GOOD, request)[:100]),
    "drip": lambda request: Sends(raw=raw(GOOD, request), every=0.05),
}


@pytest.mark.parametrize("fault", NONSENSE)
async def test_a_response_that_nobody_can_use_is_asked_for_once_more_and_then_rescued(fault: str, place: Place) -> None:
    answer, calls = await place.ask(NONSENSE[fault])
    assert (answer.outcome, answer.reply, answer.tool_calls) == ("rescued", "from stable", ())
    assert (place.failures, len(calls)) == (["ModelResponseError"], 2)
    assert "could not be used" in place.model.requests[-1]["messages"][-1]["content"]


@pytest.mark.parametrize("fault", NONSENSE)
async def test_a_model_that_mends_its_response_answers_itself(fault: str, place: Place) -> None:
    acts = iter((NONSENSE[fault], GOOD))
    answer, calls = await place.ask(lambda _request: next(acts))  # type: ignore[arg-type,return-value]
    assert (answer.outcome, answer.served_by, answer.reply, len(calls)) == ("ok", "canary", "Tea is 5.", 2)


@pytest.mark.parametrize("trouble", TROUBLE)
async def test_a_server_in_trouble_is_tried_again_where_that_may_help_and_then_rescued(
    trouble: str, place: Place
) -> None:
    act, error, times = TROUBLE[trouble]
    answer, calls = await place.ask(act)
    assert (answer.outcome, answer.reply) == ("rescued", "from stable")
    assert len(calls) == len(place.model.requests) == times
    assert place.failures == [error or place.failures[0]]
    assert error == "LoopLimitError" or {(it.call.finish, it.call.error) for it in calls} == {
        ("error", place.failures[0])
    }


@pytest.mark.parametrize("trouble", LATE)
async def test_a_server_that_is_late_is_not_tried_again_and_rescued(trouble: str, hasty: Place) -> None:
    answer, calls = await hasty.ask(LATE[trouble])
    assert (answer.outcome, answer.reply) == ("rescued", "from stable")
    assert hasty.failures == ["ModelTimeoutError"]
    assert [(it.call.finish, it.call.error) for it in calls] == [("error", "ModelTimeoutError")]


@pytest.mark.parametrize("trouble", ["HTML", "429", "500", "reset", "closed", "another protocol", "cut"])
async def test_a_trouble_that_passes_is_not_noticed(trouble: str, place: Place) -> None:
    first = [TROUBLE[trouble][0]]

    def think(request: Request) -> Act:
        act = first.pop() if first else GOOD
        return act(request) if callable(act) else act

    answer, calls = await place.ask(think)
    assert (answer.outcome, answer.served_by, answer.reply) == ("ok", "canary", "Tea is 5.")
    assert [it.call.finish for it in calls] == ["error", "stop"]


async def test_a_call_that_is_repeated_in_the_next_step_is_told_so(place: Place) -> None:
    def think(request: Request) -> Act:
        told = request["messages"][-1]["content"]
        return GOOD if "already called" in told else Says(calls=(TEA,))

    answer, calls = await place.ask(think)
    assert (answer.outcome, answer.reply, len(answer.tool_calls), len(calls)) == ("ok", "Tea is 5.", 1, 3)


async def test_what_a_tool_refuses_of_the_arguments_is_told_to_the_model_as_its_result(place: Place) -> None:
    def think(request: Request) -> Act:
        results = tool_results(request)
        return Says(calls=(TEA if results else ("price", {"goods": 1}),)) if len(results) < 2 else GOOD

    answer, _ = await place.ask(think)
    assert [report.outcome for report in answer.tool_calls] == ["invalid", "ok"]
    assert answer.reply == "Tea is 5."


async def test_everything_that_was_used_is_counted_also_of_failed_calls(place: Place) -> None:
    _, calls = await place.ask(MALFORMED)
    told = [(it.call.input_tokens, it.call.cached_tokens, it.call.output_tokens, it.call.unusable) for it in calls]
    assert told == [(120, 100, 8, ("price",))] * 2
    assert all(it.call.duration > 0 and abs(it.call.started - time.time()) < 60 for it in calls)


async def test_without_another_variant_there_is_still_an_answer(tmp_path: Path, model: Model) -> None:
    async with opened(tmp_path, model, stream=False, canary=False, call=CALL) as place:
        for act in (Sends(), FIVE_HUNDRED, MALFORMED):
            answer, _ = await place.ask(act)
            assert answer.outcome == "error"
            assert answer.reply


async def test_a_server_that_hangs_is_soon_not_waited_for_and_its_turns_remain_the_canary_s(
    tmp_path: Path, model: Model
) -> None:
    turn = TurnSettings(deadline=LONG, assigned_deadline=0.5)
    async with opened(tmp_path, model, stream=False, turn=turn, breakers=NEVER_AGAIN) as place:
        for number in range(8):
            answer, calls = await place.ask(Sends())
            assert (answer.variant, answer.served_by, answer.outcome) == ("canary", "stable", "rescued"), "evidence"
            assert place.failures == ["TimeoutError" if number < 5 else "PlannerOpenError"]
            assert number < 5 or calls == [], "nobody waits for what is not asked"
        with anyio.fail_after(LONG):
            while answer.served_by != "canary":  # as soon as a busy machine is quick enough for this short deadline
                place.system.breakers.force("demo", "variant:canary", "half_open")
                answer, _ = await place.ask(GOOD)
        assert answer.reply == "Tea is 5."
        (report,) = [it for it in place.system.breakers.reports("demo") if it.tool == "variant:canary"]
        assert (report.state, report.reason) == ("closed", "probe_succeeded")


async def test_who_has_nobody_to_stand_in_is_asked_however_often_it_hung(tmp_path: Path, model: Model) -> None:
    turn = TurnSettings(deadline=0.2, assigned_deadline=0.1)
    async with opened(tmp_path, model, stream=False, canary=False, turn=turn, breakers={}) as place:
        reached = 0
        while reached < 7:  # as often as a turn's short deadline left it the time
            answer, _ = await place.ask(Sends())
            assert (answer.outcome, place.failures) == ("error", ["TimeoutError"])
            reached += len(place.model.requests)
        with anyio.fail_after(LONG):
            while (await place.ask(GOOD))[0].reply != "Tea is 5.":
                pass


async def test_connections_are_used_again(place: Place) -> None:
    await place.ask(GOOD)
    before = place.model.connections
    for _ in range(5):
        await place.ask(GOOD)
    assert place.model.connections == before


async def test_control_a_limit_on_silence_alone_lets_a_dripping_server_hold_a_turn(model: Model) -> None:
    import aiohttp

    body = json.dumps({"messages": []}).encode()
    model.think = lambda request: Sends(raw=raw(GOOD, request)[:40], every=0.05, closes=True)
    took: list[float] = []
    # Once in some tries: where the model's thread gets no processor for a while, it is silent indeed.
    while not took or (max(took) <= 2 * CALL and len(took) < 10):
        start = time.monotonic()
        async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=None, sock_read=CALL)) as session:
            with pytest.raises(aiohttp.ClientError):
                await session.post(f"{model.url}/chat/completions", data=body)
        took.append(time.monotonic() - start)
    assert max(took) > 2 * CALL
