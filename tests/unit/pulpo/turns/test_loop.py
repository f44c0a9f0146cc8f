from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from typing import Annotated, Any

import pytest

import pulpo
from pulpo.store import transcripts
from pulpo.turns.loop import Limits
from pulpo.turns.prices import Price
from pulpo.turns.request import TurnRequest

Ask = Callable[..., TurnRequest]
PRICES = {"m": Price(input=2.0, cached=1.0, output=3.0)}


def call(tool: str, **arguments: Any) -> pulpo.Calls:
    return pulpo.Calls((pulpo.ToolCall("c1", tool, arguments),))


@pulpo.tool(read_only=True)
async def price(item: Annotated[str, "what"]) -> str:
    """Tell a price."""
    return f"{item}: 5"


class Shop:
    """A tool that changes something, with a count of how often it did."""

    def __init__(self) -> None:
        self.sold: list[str] = []
        self.free = True

        @pulpo.tool
        async def buy(item: str) -> pulpo.Result:
            """Buy something."""
            self.sold.append(item)
            return pulpo.Result(item, f"sold {item}")

        @buy.preview
        async def preview(item: str) -> pulpo.Summary | pulpo.Result:
            if self.free:
                return pulpo.Summary(f"Buy {item} for 5?", {"item": item})
            offers = (pulpo.Offer("tea", {"item": "tea"}),)
            return pulpo.Result(None, "sold out", offers=offers, done=False)

        self.buy = buy


def shopping(context: pulpo.PlanContext) -> pulpo.Step:
    """Buys what the message names, tells prices, and reports results."""
    if context.results:
        return pulpo.Answer(context.results[-1].result.text or context.results[-1].outcome)
    if context.consent == "no":
        return pulpo.Answer("not bought")
    verb, _, item = context.turn.text.partition(" ")
    return call("price" if verb == "price" else "buy", item=item)


@pytest.fixture
def shop() -> Shop:
    return Shop()


@pytest.fixture
def runtime(house, shop: Shop):
    return house.orchestrator(shopping, tools=[shop.buy, price])


async def test_nothing_changes_before_the_yes_and_the_yes_runs_the_call_that_was_shown(runtime, shop, ask: Ask) -> None:
    asked = await runtime.run(ask("buy milk"))
    assert (asked.reply, asked.tool_calls, shop.sold) == ("Buy milk for 5?", (), [])
    done = await runtime.run(ask("sí, dale", conversation_id=asked.conversation_id))
    assert (done.reply, shop.sold) == ("sold milk", ["milk"])
    assert [(report.tool, report.outcome) for report in done.tool_calls] == [("buy", "ok")]


async def test_a_no_drops_the_call_for_good(runtime, shop, ask: Ask) -> None:
    asked = await runtime.run(ask("buy milk"))
    refused = await runtime.run(ask("no", conversation_id=asked.conversation_id))
    assert refused.reply == "not bought"
    await runtime.run(ask("sí", conversation_id=asked.conversation_id))
    assert shop.sold == []


async def test_a_question_in_between_keeps_the_call_waiting_and_asks_again(runtime, shop, ask: Ask) -> None:
    asked = await runtime.run(ask("buy milk"))
    between = await runtime.run(ask("price tea", conversation_id=asked.conversation_id))
    assert between.reply == "tea: 5\n\nBuy milk for 5?"
    await runtime.run(ask("yes please", conversation_id=asked.conversation_id))
    assert shop.sold == ["milk"]


async def test_a_changed_mind_is_asked_anew(runtime, shop, ask: Ask) -> None:
    asked = await runtime.run(ask("buy milk"))
    changed = await runtime.run(ask("buy tea", conversation_id=asked.conversation_id))
    assert changed.reply == "Buy tea for 5?"
    await runtime.run(ask("ok", conversation_id=asked.conversation_id))
    assert shop.sold == ["tea"]


async def test_a_planner_cannot_slip_another_call_in_with_the_yes(house, shop, ask: Ask) -> None:
    def greedy(context: pulpo.PlanContext) -> pulpo.Step:
        if context.consent == "yes" and len(context.results) == 1:
            return call("buy", item="a yacht")
        return pulpo.Answer("?") if context.results else call("buy", item="milk")

    runtime = house.orchestrator(greedy, tools=[shop.buy])
    asked = await runtime.run(ask("buy milk"))
    answer = await runtime.run(ask("yes", conversation_id=asked.conversation_id))
    assert shop.sold == ["milk"]
    assert answer.reply == "Buy a yacht for 5?"


async def test_a_preview_may_say_that_the_call_is_pointless_and_offer_others(house, shop, ask: Ask) -> None:
    offered: list[tuple[pulpo.Offer, ...]] = []

    def note(context: pulpo.PlanContext) -> pulpo.Step:
        offered.append(context.dialogue.offers)
        return shopping(context)

    shop.free = False
    runtime = house.orchestrator(note, tools=[shop.buy])
    answer = await runtime.run(ask("buy milk"))
    assert (answer.reply, shop.sold) == ("sold out", [])
    assert [offer.label for offer in offered[-1]] == ["tea"]
    await runtime.run(ask("yes", conversation_id=answer.conversation_id))
    assert shop.sold == []


async def test_a_pointless_proposal_takes_the_place_of_the_call_that_waited(runtime, shop, ask: Ask) -> None:
    asked = await runtime.run(ask("buy milk"))
    shop.free = False
    changed = await runtime.run(ask("buy tea", conversation_id=asked.conversation_id))
    assert changed.reply == "sold out"
    await runtime.run(ask("yes", conversation_id=asked.conversation_id))
    assert shop.sold == []


async def test_what_a_planner_says_before_a_proposal_stands_before_its_summary(house, shop, ask: Ask) -> None:
    steps = (pulpo.Piece("It is fresh."), call("buy", item="milk"))
    answer = await house.orchestrator(lambda _: steps, tools=[shop.buy]).run(ask("fresh?"))
    assert answer.reply == "It is fresh.\n\nBuy milk for 5?"


async def test_the_turn_speaks_the_language_of_the_message_and_goes_on_in_it(house, ask: Ask) -> None:
    runtime = house.orchestrator(lambda context: pulpo.Answer(context.turn.locale))
    first = await runtime.run(ask("what services do you have?"))
    second = await runtime.run(ask("600123456", conversation_id=first.conversation_id))
    third = await runtime.run(ask("y cuánto cuesta?", conversation_id=first.conversation_id))
    assert [first.reply, second.reply, third.reply] == ["en", "en", "es"]


async def test_a_tool_without_a_preview_is_summarised_with_the_values_that_will_be_sent(house, ask: Ask) -> None:
    @pulpo.tool(title={"es": "enviar un mensaje", "en": "send a message"})
    async def send(to: str) -> str:
        """Send."""
        return "sent"

    runtime = house.orchestrator(lambda _: call("send", to="Ana"), tools=[send])
    answer = await runtime.run(ask("x", locale="es-AR"))
    assert answer.reply == "Voy a hacer esto: enviar un mensaje (to: Ana). ¿Lo confirmás?"


async def test_bad_arguments_and_unknown_tools_come_back_as_results(house, ask: Ask) -> None:
    def wrong(context: pulpo.PlanContext) -> pulpo.Step:
        if context.results:
            return pulpo.Answer("; ".join(result.error for result in context.results))
        calls = (pulpo.ToolCall("a", "price", {"itm": 3}), pulpo.ToolCall("b", "nothing", {}))
        return pulpo.Calls(calls)

    answer = await house.orchestrator(wrong, tools=[price]).run(ask("x"))
    assert "item: Field required" in answer.reply
    assert "no tool 'nothing'" in answer.reply
    assert [report.outcome for report in answer.tool_calls] == ["invalid", "invalid"]


@pytest.mark.parametrize(
    ("script", "why"),
    [
        (lambda context: call("price", item=str(context.step)), "steps"),
        (lambda _: call("price", item="same"), "repeated"),
        (lambda _: pulpo.Calls(tuple(pulpo.ToolCall(str(n), "price", {"item": str(n)}) for n in range(9))), "calls"),
    ],
)
async def test_a_planner_that_loops_is_stopped_politely(house, ask: Ask, script, why: str) -> None:
    answer = await house.orchestrator(script, tools=[price], limits=Limits(steps=4, calls=8)).run(ask("x"))
    assert answer.outcome == "limit", why
    assert "otra manera" in answer.reply


@pytest.mark.parametrize(
    "steps",
    [
        (),
        (pulpo.Piece("half"),),
        (pulpo.Answer("a"), pulpo.Answer("b")),
        ("a",),
        (pulpo.Answer("half a sign \ud83d"),),
        (pulpo.Answer(5),),  # type: ignore[arg-type]
        (pulpo.Answer("a", pulpo.Dialogue(notes={"x": object()})),),
        (pulpo.Answer("a", pulpo.Dialogue(goal=5)),),  # type: ignore[arg-type]
        (pulpo.Piece("\ud83d"), pulpo.Answer("a")),
        (pulpo.Calls((pulpo.ToolCall("\ud83d", "buy", {"what": "milk"}),)),),
        (pulpo.ModelCall(model="m", started=0.0, duration=0.0, input_tokens=-1), pulpo.Answer("a")),
        (pulpo.ModelCall(model="m", started=0.0, duration=0.0, output_tokens="7"), pulpo.Answer("a")),  # type: ignore[arg-type]
    ],
)
async def test_a_planner_that_breaks_its_contract_fails_the_variant(house, ask: Ask, steps) -> None:
    def stable(context: pulpo.PlanContext) -> pulpo.Answer:
        return pulpo.Answer("from stable")

    runtime = house.orchestrator(stable, canary=lambda _: steps)
    answer = await runtime.run(ask("x"))
    assert (answer.reply, answer.outcome) == ("from stable", "rescued")
    again = await runtime.run(ask("y", conversation_id=answer.conversation_id))
    assert again.reply == "from stable"


async def test_a_planner_that_loses_count_of_tokens_costs_its_neighbours_nothing(house, ask: Ask) -> None:
    """Their turns end in the same commit."""

    def boasts(context: pulpo.PlanContext) -> tuple[pulpo.Step, ...]:
        count = 2**70 if context.turn.text == "many" else 1
        called = pulpo.ModelCall(model="m", started=0.0, duration=0.0, input_tokens=count)
        return called, pulpo.Answer(context.turn.text)

    runtime = house.orchestrator(boasts)
    answers = await asyncio.gather(*(runtime.run(ask(text)) for text in ("a", "many", "b")))
    assert [answer.reply for answer in answers] == ["a", "many", "b"]


async def test_an_answer_may_come_in_pieces(house, ask: Ask) -> None:
    steps = (pulpo.Piece("Ho"), pulpo.Piece("la"), pulpo.Answer("Hola"))
    assert (await house.orchestrator(lambda _: steps).run(ask("x"))).reply == "Hola"


class Discreet(pulpo.Policy):
    """Denies answers that tell the secret."""

    name = "discreet"

    async def check_answer(self, context: pulpo.PolicyContext, answer: str) -> pulpo.Verdict:
        return pulpo.deny("secret") if "hunter2" in answer else pulpo.ALLOW


@pytest.mark.parametrize("last", [pulpo.Answer("It is hunter2."), pulpo.Answer("Hello."), call("buy", item="milk")])
async def test_pieces_pass_the_rules_of_answers_like_any_answer(house, shop, ask: Ask, last: pulpo.Step) -> None:
    """They are no second way out: what they say is read with the answer that they become part of, or by nobody."""
    steps = (pulpo.Piece("It is hunter2."), last)
    runtime = house.orchestrator(lambda _: steps, tools=[shop.buy], policies=[Discreet()])
    answer = await runtime.run(ask("what is the password?"))
    messages = await house.store.database.read(lambda c: transcripts.messages(c, answer.conversation_id, 10))
    assert "hunter2" not in "".join([answer.reply, *(each.text for each in messages), *map(str, house.events)])
    control = await house.orchestrator(lambda _: steps, tools=[shop.buy]).run(ask("what is the password?"))
    assert ("hunter2" in control.reply) is (last != pulpo.Answer("Hello."))


class Mute(pulpo.Policy):
    """Denies at one stage."""

    name = "mute"

    def __init__(self, stage: str) -> None:
        self._stage = stage

    async def check_message(self, context: pulpo.PolicyContext) -> pulpo.Verdict:
        return self._verdict("message")

    async def check_call(self, context: pulpo.PolicyContext, call: pulpo.ToolCall, tool: pulpo.Tool) -> pulpo.Verdict:
        return self._verdict("call")

    async def check_answer(self, context: pulpo.PolicyContext, answer: str) -> pulpo.Verdict:
        return self._verdict("answer")

    def _verdict(self, stage: str) -> pulpo.Verdict:
        return pulpo.deny("muted", text={"es": "callado"}) if stage == self._stage else pulpo.ALLOW


@pytest.mark.parametrize("stage", ["message", "call", "answer"])
async def test_a_denial_at_any_stage_is_said_and_counted_as_refused(house, shop, ask: Ask, stage: str) -> None:
    runtime = house.orchestrator(shopping, tools=[shop.buy], policies=[Mute(stage)])
    answer = await runtime.run(ask("buy milk"))
    assert (answer.reply, answer.outcome) == ("callado", "refused")
    assert shop.sold == []
    denied = [event for event in house.seen(pulpo.PolicyChecked) if event.verdict == "deny"]
    assert [(event.policy, event.stage, event.reason) for event in denied] == [("mute", stage, "muted")]


async def test_a_policy_may_ask_for_more_confirmation_but_not_for_less(house, ask: Ask) -> None:
    noted: list[str] = []

    @pulpo.tool(confirm=False)
    async def note(text: str) -> str:
        """Write something down."""
        noted.append(text)
        return "noted"

    class Careful(pulpo.Policy):
        name = "careful"

        async def check_call(self, context: pulpo.PolicyContext, *_: object) -> pulpo.Verdict:
            return pulpo.ALLOW if context.confirmed else pulpo.needs_approval("careful today")

    def script(context: pulpo.PlanContext) -> pulpo.Step:
        return pulpo.Answer(context.results[0].result.text) if context.results else call("note", text="x")

    runtime = house.orchestrator(script, tools=[note], policies=[Careful()])
    asked = await runtime.run(ask("note x"))
    assert noted == []
    assert (await runtime.run(ask("yes", conversation_id=asked.conversation_id))).reply == "noted"


async def test_a_call_that_was_not_shown_in_the_reply_does_not_wait(house, shop, ask: Ask) -> None:
    """An answer policy hides the summary, the planner fails, a message is refused: a yes then means nothing."""

    class Hide(pulpo.Policy):
        name = "hide"
        hiding = True

        async def check_answer(self, context: pulpo.PolicyContext, answer: str) -> pulpo.Verdict:
            return pulpo.deny("hidden") if self.hiding else pulpo.ALLOW

    hide = Hide()
    runtime = house.orchestrator(shopping, tools=[shop.buy], policies=[hide])
    hidden = await runtime.run(ask("buy milk"))
    hide.hiding = False
    await runtime.run(ask("ok", conversation_id=hidden.conversation_id))
    assert shop.sold == []


async def test_after_an_apology_a_yes_changes_nothing(house, shop, ask: Ask) -> None:
    def fails_on_hello(context: pulpo.PlanContext) -> pulpo.Step:
        if context.turn.text == "hello":
            raise RuntimeError
        return shopping(context)

    runtime = house.orchestrator(fails_on_hello, tools=[shop.buy])
    asked = await runtime.run(ask("buy milk"))
    await runtime.run(ask("hello", conversation_id=asked.conversation_id))
    await runtime.run(ask("ok", conversation_id=asked.conversation_id))
    assert shop.sold == []


async def test_a_planner_that_fails_after_the_yes_does_not_hide_what_was_done(house, shop, ask: Ask) -> None:
    def fails_after_the_yes(context: pulpo.PlanContext) -> pulpo.Step:
        if context.consent == "yes":
            raise RuntimeError
        return shopping(context)

    runtime = house.orchestrator(fails_after_the_yes, tools=[shop.buy])
    asked = await runtime.run(ask("buy milk"))
    done = await runtime.run(ask("yes", conversation_id=asked.conversation_id))
    assert (done.reply, done.outcome, shop.sold) == ("sold milk", "error", ["milk"])
    await runtime.run(ask("yes", conversation_id=asked.conversation_id))
    assert shop.sold == ["milk"]


async def test_a_yes_said_again_after_a_crash_is_the_same_yes(house, shop, ask: Ask) -> None:
    """The process dies after the effect and before the answer; the user says yes again, without any key."""

    class Killed(BaseException):
        pass

    def dies_after_the_yes(context: pulpo.PlanContext) -> pulpo.Step:
        if context.consent == "yes":
            raise Killed
        return shopping(context)

    dying = house.orchestrator(dies_after_the_yes, tools=[shop.buy])
    asked = await dying.run(ask("buy milk"))
    with pytest.raises(Killed):
        await dying.run(ask("yes", conversation_id=asked.conversation_id))
    house.now += 6
    again = await house.orchestrator(shopping, tools=[shop.buy]).run(ask("yes", conversation_id=asked.conversation_id))
    assert (again.reply, shop.sold) == ("sold milk", ["milk"])


async def test_rescue_after_a_yes_tells_what_was_done_and_nothing_else(house, shop, ask: Ask) -> None:
    def fails_after_the_yes(context: pulpo.PlanContext) -> pulpo.Step:
        if context.consent == "yes":
            raise RuntimeError
        return shopping(context)

    runtime = house.orchestrator(shopping, canary=fails_after_the_yes, tools=[shop.buy])
    asked = await runtime.run(ask("buy milk"))
    done = await runtime.run(ask("yes", conversation_id=asked.conversation_id))
    assert (done.reply, done.outcome, shop.sold) == ("sold milk", "rescued", ["milk"])


async def test_a_planner_that_exits_fails_its_variant_alone(house, ask: Ask) -> None:
    def leaves(context: pulpo.PlanContext) -> pulpo.Step:
        raise SystemExit(3)

    answer = await house.orchestrator(lambda _: pulpo.Answer("stable"), canary=leaves).run(ask("x"))
    assert (answer.reply, answer.outcome) == ("stable", "rescued")
    assert [event.error for event in house.seen(pulpo.VariantFailed)] == ["PlannerError"]
    assert "SystemExit" in house.seen(pulpo.VariantFailed)[0].trace


async def forsaken() -> Any:
    """Wait for something that somebody else has cancelled."""
    future = asyncio.get_running_loop().create_future()
    future.cancel()
    return await future


async def test_a_planner_that_waits_for_what_was_cancelled_fails_its_variant_alone(house, ask: Ask) -> None:
    orchestrator = house.orchestrator(lambda _: pulpo.Answer("stable"), canary=lambda _: forsaken())
    answer = await orchestrator.run(ask("x"))
    assert (answer.reply, answer.outcome) == ("stable", "rescued")
    assert "waited for what was cancelled" in house.seen(pulpo.VariantFailed)[0].trace


@pytest.mark.parametrize("stage", ["message", "call", "answer"])
async def test_a_policy_that_waits_for_what_was_cancelled_denies(house, shop, ask: Ask, stage: str) -> None:
    async def check(*_: object) -> pulpo.Verdict:
        verdict: pulpo.Verdict = await forsaken()
        return verdict

    forlorn = type("Forlorn", (pulpo.Policy,), {"name": "forlorn", f"check_{stage}": check})()
    answer = await house.orchestrator(shopping, tools=[shop.buy], policies=[forlorn]).run(ask("buy milk"))
    assert (answer.outcome, shop.sold) == ("refused", [])


@pytest.mark.parametrize("said", [None, "allow", pulpo.deny("no", text="half a sign \ud83d")], ids=repr)
async def test_a_policy_that_says_what_is_no_verdict_denies(house, shop, ask: Ask, said: pulpo.Verdict) -> None:
    """A check that forgets to return one, above all: every turn would fail, and the variant be blamed."""
    answer = await house.orchestrator(shopping, tools=[shop.buy], policies=[Keeper(call=said)]).run(ask("buy milk"))
    assert shop.sold == []
    assert answer.outcome == "refused"
    assert [event.verdict for event in house.seen(pulpo.PolicyChecked)][:1] == ["error"]
    assert house.seen(pulpo.VariantFailed) == []


async def test_a_policy_that_raises_denies(house, shop, ask: Ask) -> None:
    class Broken(pulpo.Policy):
        name = "broken"

        async def check_call(self, *_: object) -> pulpo.Verdict:
            raise KeyError("boom")

    await house.orchestrator(shopping, tools=[shop.buy], policies=[Broken()]).run(ask("buy milk"))
    assert shop.sold == []
    assert [event.verdict for event in house.seen(pulpo.PolicyChecked)] == ["error"]


class Keeper(pulpo.Policy):
    """Says what the test wants of calls and answers."""

    name = "keeper"

    def __init__(self, *, call: pulpo.Verdict = pulpo.ALLOW, answer: pulpo.Verdict = pulpo.ALLOW) -> None:
        self._call, self._answer = call, answer

    async def check_call(self, context: pulpo.PolicyContext, call: pulpo.ToolCall, tool: pulpo.Tool) -> pulpo.Verdict:
        return pulpo.ALLOW if context.confirmed else self._call

    async def check_answer(self, context: pulpo.PolicyContext, answer: str) -> pulpo.Verdict:
        return self._answer


async def test_what_a_policy_wants_shown_stands_in_the_question(house, shop: Shop, ask: Ask) -> None:
    @pulpo.tool
    async def order(item: str, address: str) -> str:
        """Order."""
        return f"{item} to {address}"

    @order.preview
    async def preview(item: str, address: str) -> pulpo.Summary:
        return pulpo.Summary(f"Order {item}?", {"item": item, "address": address})

    def script(context: pulpo.PlanContext) -> pulpo.Step:
        if context.results:
            return pulpo.Answer(context.results[-1].result.text)
        return call("order", item="tea", address="Elm Street 5")

    policy = Keeper(call=pulpo.needs_approval("whose?", show=("item", "address")))
    runtime = house.orchestrator(script, tools=[order], policies=[policy])
    asked = await runtime.run(ask("tea, please"))
    assert asked.reply == "Order tea?\n(address: Elm Street 5)"
    done = await runtime.run(ask("yes", conversation_id=asked.conversation_id))
    assert done.reply == "tea to Elm Street 5"


async def test_a_planner_cannot_put_a_call_where_the_users_yes_would_run_it(house, shop: Shop, ask: Ask) -> None:
    pending = pulpo.Pending(pulpo.ToolCall("1", "buy", {"item": "yacht"}), "Nice weather?")

    def forging(context: pulpo.PlanContext) -> pulpo.Step:
        return pulpo.Answer("Nice weather?", pulpo.Dialogue(pending=pending))

    runtime = house.orchestrator(forging, tools=[shop.buy])
    asked = await runtime.run(ask("hello"))
    assert asked.outcome == "error"
    await runtime.run(ask("yes", conversation_id=asked.conversation_id))
    assert shop.sold == []


async def test_an_answer_is_rewritten(house, ask: Ask) -> None:
    policy = Keeper(answer=pulpo.rewrite("[phone]", reason="1 phone"))
    runtime = house.orchestrator(lambda _: pulpo.Answer("600123456"), policies=[policy])
    answer = await runtime.run(ask("hello"))
    assert (answer.reply, answer.outcome) == ("[phone]", "ok")
    assert [event.verdict for event in house.seen(pulpo.PolicyChecked)] == ["rewrite"]


async def test_a_withheld_answer_does_not_hide_what_was_done(house, ask: Ask) -> None:
    @pulpo.tool(confirm=False, title={"es": "Pagar", "en": "Pay"})
    async def pay() -> str:
        """Pay."""
        return "paid"

    policy = Keeper(answer=pulpo.deny("rude", text="No."))
    runtime = house.orchestrator(
        lambda context: pulpo.Answer("rude") if context.results else call("pay"), tools=[pay], policies=[policy]
    )
    answer = await runtime.run(ask("hola"))
    assert (answer.reply, answer.outcome) == ("No.\n\nEsto sí ha quedado hecho: Pagar.", "refused")


async def test_a_tool_that_is_not_offered_reaches_no_planner_and_no_pending_yes(house, shop: Shop, ask: Ask) -> None:
    class Scoped(pulpo.Policy):
        name = "scoped"

        def offers(self, workspace: pulpo.Workspace, scopes: frozenset[str], tool: pulpo.Tool) -> bool:
            return tool.name != "buy" or "buyer" in scopes

    seen: list[list[str]] = []

    def script(context: pulpo.PlanContext) -> pulpo.Step:
        seen.append(sorted(context.tools))
        return shopping(context)

    runtime = house.orchestrator(script, tools=[shop.buy, price], policies=[Scoped()])
    denied = await runtime.run(ask("buy milk"))
    assert (seen[0], denied.outcome, denied.tool_calls[0].outcome) == (["price"], "refused", "denied")
    asked = await runtime.run(ask("buy milk", scopes=frozenset({"buyer"})))
    assert seen[-1] == ["buy", "price"]
    await runtime.run(ask("yes", conversation_id=asked.conversation_id))
    assert shop.sold == [], "the yes came with a key that may not buy"


def used(tokens: int, model: str = "m") -> pulpo.ModelCall:
    return pulpo.ModelCall(model=model, started=1.0, duration=0.2, input_tokens=tokens)


async def test_calls_of_models_are_told_with_what_they_cost_and_end_no_turn(house, ask: Ask) -> None:
    script = lambda context: (used(1000), used(500, "free"), pulpo.Answer("hi"))  # noqa: E731
    answer = await house.orchestrator(script, prices=PRICES).run(ask("x"))
    assert answer.reply == "hi"
    assert [(it.step, it.variant, it.workspace_id, it.cost) for it in house.seen(pulpo.ModelCalled)] == [
        (0, "stable", "demo", 0.002),
        (0, "stable", "demo", None),
    ]


@pytest.mark.parametrize(
    ("limits", "limit"), [(Limits(tokens=999), "tokens"), (Limits(cost=0.0019), "cost"), (Limits(tokens=1000), "")]
)
async def test_models_may_use_no_more_than_their_budget(house, ask: Ask, limits: Limits, limit: str) -> None:
    def script(context: pulpo.PlanContext) -> Any:
        return (used(1000), pulpo.Answer("hi") if context.results else call("price", item="tea"))

    runtime = house.orchestrator(script, tools=[price], limits=limits, prices=PRICES)
    answer = await runtime.run(ask("x"))
    calls = len(house.seen(pulpo.ModelCalled))
    assert (answer.outcome, calls, len(answer.tool_calls)) == (("limit", 1, 0) if limit else ("ok", 2, 1))
    assert [it.error for it in house.seen(pulpo.VariantFailed)] == (["LoopLimitError"] if limit else [])


async def test_an_answer_that_went_over_the_budget_is_paid_for_and_used(house, ask: Ask) -> None:
    script = lambda context: (used(1000), pulpo.Answer("hi"))  # noqa: E731
    answer = await house.orchestrator(script, limits=Limits(tokens=10)).run(ask("x"))
    assert (answer.outcome, answer.reply) == ("ok", "hi")


async def test_a_planner_that_keeps_calling_its_model_is_stopped_and_cleaned_up(house, ask: Ask) -> None:
    closed = []

    class Endless:
        async def next_step(self, context: pulpo.PlanContext) -> AsyncIterator[pulpo.Step]:
            try:
                while True:
                    yield used(1000)
            finally:
                closed.append(True)

    runtime = house.orchestrator(lambda context: pulpo.Answer("rescued"), canary=Endless(), limits=Limits(tokens=2500))
    answer = await runtime.run(ask("x"))
    assert (answer.outcome, answer.reply, len(house.seen(pulpo.ModelCalled))) == ("rescued", "rescued", 4)
    assert closed


async def test_the_variant_that_rescues_has_a_budget_of_its_own(house, ask: Ask) -> None:
    def script(context: pulpo.PlanContext) -> Any:
        return (used(1000), pulpo.Answer("rescued") if context.results else call("price", item="tea"))

    runtime = house.orchestrator(
        script, canary=lambda context: (used(5000), call("price", item="x")), tools=[price], limits=Limits(tokens=2000)
    )
    answer = await runtime.run(ask("x"))
    assert (answer.outcome, answer.reply) == ("rescued", "rescued")
