"""Several policies make one verdict."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any, cast

import pytest

import pulpo
from pulpo.turns.policies import PolicySet
from pulpo.turns.run import TurnRun


class Says(pulpo.Policy):
    name = "says"

    def __init__(self, verdict: pulpo.Verdict | Exception) -> None:
        self._verdict = verdict

    async def check_message(self, context: pulpo.PolicyContext) -> pulpo.Verdict:
        return self._say()

    async def check_call(self, context: pulpo.PolicyContext, call: pulpo.ToolCall, tool: pulpo.Tool) -> pulpo.Verdict:
        return self._say()

    def _say(self) -> pulpo.Verdict:
        if isinstance(self._verdict, Exception):
            raise self._verdict
        return self._verdict


class Rewrites(pulpo.Policy):
    name = "rewrites"

    def __init__(self, old: str, new: str) -> None:
        self._old, self._new = old, new

    async def check_answer(self, context: pulpo.PolicyContext, answer: str) -> pulpo.Verdict:
        if self._old not in answer:
            return pulpo.ALLOW
        return pulpo.rewrite(answer.replace(self._old, self._new), reason=self._old)


class Hides(pulpo.Policy):
    name = "hides"

    def __init__(self) -> None:
        self.asked = 0

    def offers(self, workspace: pulpo.Workspace, scopes: frozenset[str], tool: pulpo.Tool) -> bool:
        self.asked += 1
        if "odd" in scopes:
            raise RuntimeError
        return tool.name != "secret"


@pulpo.tool
async def secret() -> str:
    """Keep out."""
    return ""


@pulpo.tool
async def plain() -> str:
    """Come in."""
    return ""


TOOLS = {"secret": secret, "plain": plain}
CALL = pulpo.ToolCall("1", "plain", {})


class Run:
    """As much of a run as policies touch."""

    def __init__(self) -> None:
        self.turn = pulpo.Turn("t", "c", pulpo.Workspace(id="demo"), "", datetime(2026, 11, 24, tzinfo=UTC))
        self.events: list[Any] = []


@pytest.fixture
def run() -> TurnRun:
    return cast(TurnRun, Run())


@pytest.fixture
def context(run: TurnRun) -> Callable[..., pulpo.PolicyContext]:
    return lambda **more: pulpo.PolicyContext(run.turn, pulpo.Dialogue(), "stable", **more)


ASK = pulpo.needs_approval("first", show=("a",))
ASK_TOO = pulpo.needs_approval("second", show=("b", "a"))
BOSS = pulpo.needs_approval("boss", approver="operator")


@pytest.mark.parametrize(
    ("said", "kind", "reason", "show"),
    [
        ([], "allow", "", ()),
        ([ASK, pulpo.deny("no")], "deny", "no", ()),
        ([ASK, RuntimeError("hunter2")], "deny", "says raised RuntimeError", ()),
        ([ASK, pulpo.ALLOW, ASK_TOO], "needs_approval", "first", ("a", "b")),
        ([ASK, BOSS], "needs_approval", "boss", ("a",)),
        ([BOSS, ASK], "needs_approval", "boss", ("a",)),
    ],
)
async def test_a_deny_decides_and_questions_add_up(
    run: TurnRun, context: Any, said: list[Any], kind: str, reason: str, show: tuple[str, ...]
) -> None:
    verdict = await PolicySet(map(Says, said)).call(run, context(), CALL, plain)
    assert (verdict.kind, verdict.reason, verdict.show) == (kind, reason, show)


async def test_every_verdict_is_an_event_with_its_reason(run: TurnRun, context: Any) -> None:
    policies = PolicySet([Says(ASK), Says(RuntimeError("hunter2")), Says(pulpo.deny("never asked"))])
    await policies.message(run, context())
    events = [(event.policy, event.stage, event.verdict, event.reason) for event in cast(Any, run.events)]
    assert events == [
        ("says", "message", "needs_approval", "first"),
        ("says", "message", "error", "says raised RuntimeError"),
    ]


async def test_answers_are_rewritten_one_after_the_other(run: TurnRun, context: Any) -> None:
    policies = PolicySet([Rewrites("a", "b"), Rewrites("b", "c"), Rewrites("zzz", "")])
    verdict = await policies.answer(run, context(), "ab")
    assert (verdict.kind, verdict.text) == ("rewrite", "cc")
    assert (await policies.answer(run, context(), "xy")).kind == "allow"


async def test_a_tool_that_is_not_offered_is_kept_from_planners_and_its_call_denied(run: TurnRun, context: Any) -> None:
    hides = Hides()
    policies = PolicySet([hides])
    assert list(policies.offered(run.turn, frozenset(), TOOLS)) == ["plain"]
    asked = hides.asked
    assert policies.offered(run.turn, frozenset(), TOOLS) is policies.offered(run.turn, frozenset(), TOOLS)
    assert hides.asked == asked, "what it said is kept"
    assert (await policies.call(run, context(), CALL, secret)).kind == "deny"
    assert (await policies.call(run, context(), CALL, plain)).kind == "allow"
    (event,) = cast(Any, run.events)
    assert (event.policy, event.verdict, event.reason) == ("hides", "deny", "secret is not offered to this caller")


class OnlyIn(pulpo.Policy):
    def offers(self, workspace: pulpo.Workspace, scopes: frozenset[str], tool: pulpo.Tool) -> bool:
        return workspace.tz == "Europe/Madrid"


def test_what_is_offered_follows_a_workspace_that_changes() -> None:
    policies, at = PolicySet([OnlyIn()]), datetime(2026, 11, 24, tzinfo=UTC)
    here, there = (pulpo.Workspace(id="demo", tz=tz) for tz in ("Europe/Madrid", "Atlantic/Canary"))
    turns = [pulpo.Turn("t", "c", workspace, "", at) for workspace in (here, there, here)]
    assert [len(policies.offered(turn, frozenset(), TOOLS)) for turn in turns] == [2, 0, 2]


async def test_a_policy_that_raises_hides(run: TurnRun, context: Any) -> None:
    policies = PolicySet([Hides()])
    assert policies.offered(run.turn, frozenset({"odd"}), TOOLS) == {}
    assert (await policies.call(run, context(scopes=frozenset({"odd"})), CALL, plain)).kind == "deny"


def test_without_such_policies_all_tools_are_offered(run: TurnRun) -> None:
    assert PolicySet([]).offered(run.turn, frozenset(), TOOLS) is TOOLS
