"""A call that a policy wants an operator to approve, from the user's yes to the user's news, over HTTP."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from functools import partial
from typing import Any

import httpx
import pytest

import pulpo
from pulpo.http.app import create_app
from pulpo.plugins import load_plugins
from pulpo.settings import Settings
from pulpo.system import System
from pulpo.turns import approvals


class Asking(pulpo.Policy):
    """Wants an operator to see every refund; forbids what it is told to forbid."""

    name = "refunds"
    forbidden = False

    async def check_call(self, context, call, tool):
        if self.forbidden:
            return pulpo.deny("not any more")
        return pulpo.needs_approval("refunds are for the manager", approver="operator")


class Shop:
    """A plugin that refunds; what was refunded is in ``refunds``."""

    config = None
    name = "shop"

    def __init__(self, *, confirm: bool = False) -> None:
        self.refunds: list[str] = []
        self.events: list[pulpo.ApprovalChanged] = []
        self.handlers = {pulpo.ApprovalChanged: self.events.append}
        self.policy = Asking()
        self.confirm = confirm
        self.fails = False

    def build(self, _config, _tools):
        return self

    async def next_step(self, context):
        text = context.turn.text
        if text.startswith("refund") and not context.results:
            yield pulpo.Calls((pulpo.ToolCall("1", "refund", {"order": text.removeprefix("refund ")}),))
        else:
            yield pulpo.Answer(context.results[-1].result.text if context.results else f"you said {text}")

    @pulpo.hookimpl
    def pulpo_register_planners(self):
        return [self]

    @pulpo.hookimpl
    def pulpo_register_metric_sinks(self):
        return [self]

    @pulpo.hookimpl
    def pulpo_register_policies(self):
        return [self.policy]

    @pulpo.hookimpl
    def pulpo_register_tools(self):
        title = {"es": "devolver un pedido", "en": "refund an order"}

        @pulpo.tool(title=title, confirm=self.confirm, effect_group="refund")
        async def refund(order: str) -> pulpo.Result:
            """Refund an order."""
            if self.fails:
                return pulpo.Result(text=f"Order {order} is unknown.", done=False)
            self.refunds.append(order)
            return pulpo.Result(text=f"Refunded: {order}.")

        return [refund]


@pytest.fixture(autouse=True)
def _only_the_test_looks(monkeypatch: pytest.MonkeyPatch) -> None:
    """And not the system besides, between two lines of it."""
    monkeypatch.setattr(approvals, "INTERVAL", 3600.0)


@asynccontextmanager
async def served(
    shop: Shop, tmp_path, *, clock: Callable[[], float] = time.time, **settings: Any
) -> AsyncIterator[tuple[httpx.AsyncClient, System]]:
    chosen = Settings(
        database_url=f"sqlite:///{tmp_path}/pulpo.db",
        variants={"stable": {"planner": "shop"}},
        log_level="error",
        **settings,
    )
    app = create_app(chosen, catalogue=load_plugins(only={"pulpo_prometheus"}, extra=[("shop", shop)]), clock=clock)
    async with (
        app.lifespan(),
        httpx.AsyncClient(transport=httpx.ASGITransport(app=app), base_url="http://localhost:8000") as client,
    ):
        yield client, app.state.system


async def say(client: httpx.AsyncClient, message: str, locale: str = "en", **more: str) -> dict[str, Any]:
    answer = await client.post("/chat", json={"message": message, "locale": locale, **more})
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def waiting(client: httpx.AsyncClient, state: str = "waiting") -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = (await client.get(f"/admin/approvals?state={state}")).json()["approvals"]
    return found


async def decide(
    client: httpx.AsyncClient, approval: dict[str, Any], decision: str, reason: str = ""
) -> httpx.Response:
    return await client.post(f"/admin/approvals/{approval['id']}", json={"decision": decision, "reason": reason})


@pytest.mark.parametrize(
    ("locale", "waits", "news"),
    [
        ("en", "The team has to approve this: refund an order.", "The team has approved this: refund an order."),
        ("es", "visto bueno del equipo: devolver un pedido.", "El equipo ha dado el visto bueno: devolver un pedido."),
    ],
)
async def test_what_is_approved_runs_once_and_the_user_hears_of_it(tmp_path, locale, waits, news) -> None:
    shop = Shop()
    async with served(shop, tmp_path) as (client, _):
        answer = await say(client, "refund A1", locale)
        assert waits in answer["reply"]
        assert (answer["outcome"], answer["tool_calls"][0]["outcome"], shop.refunds) == ("ok", "denied", [])
        (approval,) = await waiting(client)
        assert (approval["tool"], approval["arguments"]) == ("refund", {"order": "A1"})
        assert (approval["policy"], approval["reason"]) == ("refunds", "refunds are for the manager")
        for _ in range(2):
            decided = (await decide(client, approval, "approve", "fine")).json()
            assert (decided["state"], decided["outcome"], decided["decision_reason"]) == ("approved", "done", "fine")
        assert shop.refunds == ["A1"]
        assert await waiting(client) == []
        conversation = answer["conversation_id"]
        lines = (await client.get(f"/conversations/{conversation}")).json()["messages"]
        assert [line["role"] for line in lines] == ["user", "assistant", "assistant"]
        assert lines[-1]["text"] == f"{news} Refunded: A1."
        following = await say(client, "hello", locale, conversation_id=conversation)
        assert following["reply"] == f"{news} Refunded: A1.\n\nyou said hello"
        again = await say(client, "hello", locale, conversation_id=conversation)
        assert again["reply"] == "you said hello", "news is told once"
        assert [(event.state, event.reason) for event in shop.events] == [
            ("waiting", "refunds are for the manager"),
            ("approved", "fine"),
            ("done", ""),
        ]


async def test_what_is_denied_is_never_done_and_stays_so(tmp_path) -> None:
    shop = Shop()
    async with served(shop, tmp_path) as (client, _):
        answer = await say(client, "refund A1")
        (approval,) = await waiting(client)
        decided = (await decide(client, approval, "deny", "no receipt")).json()
        assert (decided["state"], decided["outcome"]) == ("denied", "told")
        late = await decide(client, approval, "approve")
        assert (late.status_code, late.headers["content-type"]) == (409, "application/problem+json")
        assert "denied" in late.json()["detail"]
        assert shop.refunds == []
        reply = (await say(client, "hello", conversation_id=answer["conversation_id"]))["reply"]
        assert reply.startswith("The team has not approved this: refund an order. Nothing was done.")
        assert "no receipt" not in reply, "the reason is for operators"
        assert [(event.state, event.reason) for event in shop.events][1:] == [("denied", "no receipt")]


async def test_the_user_s_yes_comes_first_where_a_tool_wants_one(tmp_path) -> None:
    shop = Shop(confirm=True)
    async with served(shop, tmp_path) as (client, _):
        answer = await say(client, "refund A1")
        assert answer["reply"].endswith("Shall I go ahead?")
        assert await waiting(client) == []
        await say(client, "yes", conversation_id=answer["conversation_id"])
        (approval,) = await waiting(client)
        assert (await decide(client, approval, "approve")).json()["outcome"] == "done"
        assert shop.refunds == ["A1"]


async def test_the_same_wish_waits_once_and_an_erased_conversation_takes_its_own_along(tmp_path) -> None:
    shop = Shop()
    async with served(shop, tmp_path) as (client, _):
        answer = await say(client, "refund A1")
        await say(client, "refund A1", conversation_id=answer["conversation_id"])
        await say(client, "refund A2", conversation_id=answer["conversation_id"])
        assert [it["arguments"]["order"] for it in await waiting(client)] == ["A2", "A1"]
        await client.delete(f"/conversations/{answer['conversation_id']}")
        assert await waiting(client) == []


async def test_it_survives_a_restart_and_is_carried_out_by_whoever_finds_it_decided(tmp_path, monkeypatch) -> None:
    shop = Shop()
    async with served(shop, tmp_path) as (client, _):
        await say(client, "refund A1")
    async with served(shop, tmp_path) as (client, system):
        (approval,) = await waiting(client)

        async def dies(*_: object) -> None:
            raise SystemExit  # between the decision's commit and what follows from it

        with monkeypatch.context() as patch:
            patch.setattr(approvals.Approvals, "settle", dies)
            with pytest.raises(SystemExit):
                await system.approvals.decide(approval["id"], "demo", "approve", reason="", by="")
        assert shop.refunds == []
    async with served(shop, tmp_path) as (client, system):
        await system.approvals.look()
        await system.approvals.look()
        assert shop.refunds == ["A1"]
        assert [it["outcome"] for it in await waiting(client, "approved")] == ["done"]


async def test_a_crash_after_the_effect_does_not_repeat_it(tmp_path, monkeypatch) -> None:
    shop = Shop()
    async with served(shop, tmp_path) as (client, system):
        answer = await say(client, "refund A1")
        (approval,) = await waiting(client)
        with monkeypatch.context() as patch:

            def lost(*_: object, **__: object) -> bool:
                raise OSError("gone")

            patch.setattr(approvals.approvals, "settle", lost)
            decided = await system.approvals.decide(approval["id"], "demo", "approve", reason="", by="")
        assert (decided.state, decided.settled) == ("approved", None)
        assert [it["outcome"] for it in await waiting(client, "approved")] == [None]
        await system.approvals.look()
        assert [it["outcome"] for it in await waiting(client, "approved")] == ["done"]
        assert shop.refunds == ["A1"]
        lines = (await client.get(f"/conversations/{answer['conversation_id']}")).json()["messages"]
        assert len(lines) == 3, "and the user is told once"


class Defective:
    """Makes the turns of chosen orders fail as nobody foresaw, while it is armed; counts how often they were begun."""

    def __init__(self, system: System, monkeypatch: pytest.MonkeyPatch, *orders: str) -> None:
        self.armed, self.begun, self._orders = True, 0, orders
        self._carry_out = system.carry_out
        monkeypatch.setattr(System, "carry_out", lambda _system, *given: self.carry_out(*given))

    async def carry_out(self, request: Any, approval: Any) -> Any:
        if self.armed and approval.wish.call.arguments["order"] in self._orders:
            self.begun += 1
            raise KeyError("a defect")
        return await self._carry_out(request, approval)


async def decided_and_left(client: httpx.AsyncClient, system: System, orders: list[str]) -> None:
    """Approve the refunds of all these orders, as a process does that ends right after each commit."""
    for order in orders:
        await say(client, f"refund {order}")
    for approval in reversed(await waiting(client)):
        decide = partial(approvals.approvals.decide, approval_id=approval["id"], workspace_id="demo", state="approved")
        assert await system.database.write(partial(decide, reason="", by="", now=system.clock()))


async def test_decisions_that_fail_by_a_defect_are_logged_and_hold_no_others_up(tmp_path, monkeypatch, caplog) -> None:
    shop, bad = Shop(), [f"bad{number}" for number in range(21)]  # more than one look's page
    async with served(shop, tmp_path) as (client, system):
        await decided_and_left(client, system, [*bad, "A1"])
        defect = Defective(system, monkeypatch, *bad)
        now = system.clock()
        looking = approvals.Approvals(
            system.database, clock=lambda: now, emit=lambda _: None, carry_out=system.carry_out
        )
        await looking.look()
        assert (shop.refunds, defect.begun) == (["A1"], 21)
        assert sum(line.levelname == "ERROR" and "tried again in 60 s" in line.message for line in caplog.records) == 21
        await looking.look()
        assert defect.begun == 21, "not again and again"
        defect.armed, now = False, now + 60
        await looking.look()
        assert shop.refunds == ["A1", *bad]


async def test_control_one_that_is_not_caught_keeps_all_behind_it_waiting(tmp_path, monkeypatch) -> None:
    shop = Shop()
    async with served(shop, tmp_path) as (client, system):
        await decided_and_left(client, system, ["bad", "A1"])
        Defective(system, monkeypatch, "bad")
        monkeypatch.setattr(approvals.Approvals, "_try", approvals.Approvals.settle)
        with pytest.raises(KeyError):
            await system.approvals.look()
        assert shop.refunds == []


async def test_an_operator_hears_what_was_decided_also_when_it_fails_by_a_defect(tmp_path, monkeypatch) -> None:
    shop = Shop()
    async with served(shop, tmp_path) as (client, system):
        await say(client, "refund bad")
        Defective(system, monkeypatch, "bad")
        answer = await decide(client, (await waiting(client))[0], "approve")
        assert (answer.status_code, answer.json()["state"], answer.json()["outcome"]) == (200, "approved", None)


async def test_while_the_conversation_is_busy_it_waits_its_turn(tmp_path) -> None:
    shop = Shop()
    async with served(shop, tmp_path, turns={"wait": 0.0}) as (client, system):
        answer = await say(client, "refund A1")
        (approval,) = await waiting(client)
        conversation = answer["conversation_id"]
        orchestrator = system._orchestrator
        async with orchestrator._turnstile.through(conversation, workspace_id="demo", wait=0):
            decided = (await decide(client, approval, "approve")).json()
            assert (decided["state"], decided["outcome"], shop.refunds) == ("approved", None, [])
        await system.approvals.look()
        assert shop.refunds == ["A1"]


async def test_nobody_s_answer_in_time_lets_it_go(tmp_path) -> None:
    shop, now = Shop(), time.time()
    async with served(shop, tmp_path, clock=lambda: now, approvals={"lifetime": 60.0}) as (client, system):
        answer = await say(client, "refund A1")
        (approval,) = await waiting(client)
        now += 60.0
        assert (await decide(client, approval, "approve")).status_code == 409
        await system.approvals.look()
        assert [it["outcome"] for it in await waiting(client, "expired")] == ["told"]
        reply = (await say(client, "hello", conversation_id=answer["conversation_id"]))["reply"]
        assert reply.startswith("The team did not answer in time: refund an order.")
        assert shop.refunds == []


async def test_what_cannot_be_done_by_then_is_told_as_such(tmp_path) -> None:
    shop = Shop()
    async with served(shop, tmp_path) as (client, _):
        await say(client, "refund A1")
        await say(client, "refund A2")
        second, first = await waiting(client)
        shop.fails = True
        assert (await decide(client, first, "approve")).json()["outcome"] == "failed"
        shop.fails, shop.policy.forbidden = False, True
        assert (await decide(client, second, "approve")).json()["outcome"] == "failed", "a deny outranks an approval"
        assert shop.refunds == []
        lines = (await client.get(f"/conversations/{first['conversation_id']}")).json()["messages"]
        told = "The team has approved this, but it could not be done: refund an order. Order A1 is unknown."
        assert lines[-1]["text"] == told


async def test_an_unknown_one_is_a_problem(tmp_path) -> None:
    async with served(Shop(), tmp_path) as (client, _):
        missing = await decide(client, {"id": "nothing"}, "approve")
        assert (missing.status_code, missing.json()["title"]) == (404, "Not found")
