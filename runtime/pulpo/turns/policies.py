"""Asks the policies, each only about what it overrides. A policy that raises denies, unless it could not read: a
database that is away has decided nothing, and whoever is told "no" does not ask again."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Mapping
from time import perf_counter
from typing import Literal, TypeAlias

import msgspec
from msgspec.structs import replace

from pulpo.contracts.events import PolicyChecked
from pulpo.contracts.policies import ALLOW, Policy, PolicyContext, Verdict, deny
from pulpo.contracts.tools import Tool
from pulpo.conversation import ToolCall, Turn, Workspace, localized
from pulpo.errors import StoreUnavailableError
from pulpo.foreign import overreach
from pulpo.turns.run import TurnRun

Stage: TypeAlias = Literal["message", "call", "answer"]
_Check: TypeAlias = tuple[str, Callable[..., Awaitable[Verdict]]]
_Offers: TypeAlias = tuple[str, Callable[[Workspace, frozenset[str], Tool], bool]]

_encode = msgspec.json.Encoder().encode

STAGES: tuple[Stage, ...] = ("message", "call", "answer")


class PolicySet:
    """All policies, flattened by stage at start. A deny ends the asking; of several requests for approval the first
    stands, with all that the others want shown."""

    def __init__(self, policies: Iterable[Policy]) -> None:
        policies = tuple(policies)
        self._message, self._change, self._answer = (_checks(policies, f"check_{stage}") for stage in STAGES)
        self._look = _checks((it for it in policies if not it.changes_only), "check_call")
        self._offers: tuple[_Offers, ...] = tuple(
            (_name(policy), policy.offers) for policy in policies if _overrides(policy, "offers")
        )
        self._offered: dict[tuple[str, frozenset[str]], tuple[Workspace, Mapping[str, Tool], Mapping[str, Tool]]] = {}

    async def message(self, run: TurnRun, context: PolicyContext) -> Verdict:
        """Check the user's message. All three checks raise `StoreUnavailableError` when a policy does."""
        return await self._ask("message", self._message, run, context)

    async def call(self, run: TurnRun, context: PolicyContext, call: ToolCall, tool: Tool) -> Verdict:
        """Check one call whose arguments are valid."""
        refusing = self._refusing(run.turn.workspace, context.scopes, tool) if self._offers else None
        if refusing is not None:
            reason = f"{tool.name} is not offered to this caller"
            run.events.append(PolicyChecked(run.turn.id, refusing, "call", "deny", reason, 0.0, context.variant))
            return deny(reason)
        checks = self._look if tool.hints.read_only else self._change
        return await self._ask("call", checks, run, context, call, tool)

    async def answer(self, run: TurnRun, context: PolicyContext, answer: str) -> Verdict:
        """Check the answer. A ``rewrite`` holds what all policies made of it together."""
        return await self._ask("answer", self._answer, run, context, answer)

    def offered(self, turn: Turn, scopes: frozenset[str], tools: Mapping[str, Tool]) -> Mapping[str, Tool]:
        """Return the tools this turn's caller may use."""
        if not self._offers:
            return tools
        workspace = turn.workspace
        key = (workspace.id, scopes)
        known = self._offered.get(key)
        # By identity: a workspace that was changed is another value, and to compare all of it would cost each step.
        if known is None or known[0] is not workspace or known[1] is not tools:
            found = {name: it for name, it in tools.items() if self._refusing(workspace, scopes, it) is None}
            known = self._offered[key] = (workspace, tools, found)
        return known[2]

    def _refusing(self, workspace: Workspace, scopes: frozenset[str], tool: Tool) -> str | None:
        """The policy that keeps the tool from the caller; one that raises does so too."""
        for name, offers in self._offers:
            try:
                if not offers(workspace, scopes, tool):
                    return name
            except (Exception, SystemExit):
                return name
        return None

    async def _ask(
        self, stage: Stage, checks: tuple[_Check, ...], run: TurnRun, context: PolicyContext, *arguments: object
    ) -> Verdict:
        asked = ALLOW
        for name, check in checks:
            start = perf_counter()
            failed = False
            try:
                verdict = await check(context, *arguments)
                if verdict is not ALLOW:
                    _as_verdict(verdict)
            except StoreUnavailableError:
                raise
            except BaseException as error:
                if not isinstance(error, Exception) and not overreach(error):
                    raise
                failed = True
                verdict = deny(f"{name} raised {type(error).__name__}")
            label = "error" if failed else verdict.kind
            seconds = perf_counter() - start
            run.events.append(PolicyChecked(run.turn.id, name, stage, label, verdict.reason, seconds, context.variant))
            if verdict.kind == "needs_approval":
                asked = _both(asked, verdict) if asked.kind == "needs_approval" else verdict
            elif verdict.kind == "rewrite" and stage == "answer":
                asked = asked if asked.kind == "needs_approval" else verdict
                arguments = (localized(verdict.text, run.turn.locale),)
            elif verdict.kind != "allow":
                return verdict
        return asked


def _as_verdict(said: object) -> None:
    """Raise for what is no verdict, and for one whose text nobody could be told: no better than a check that raised."""
    if not isinstance(said, Verdict):
        raise TypeError(f"a check returns a pulpo.Verdict, not {type(said).__name__}")
    _encode(said)


def _both(first: Verdict, second: Verdict) -> Verdict:
    """Two requests for approval: an operator's weighs more than the user's."""
    weightier = second if second.approver == "operator" and first.approver == "user" else first
    return replace(weightier, show=tuple(dict.fromkeys(first.show + second.show)))


def _checks(policies: Iterable[Policy], method: str) -> tuple[_Check, ...]:
    return tuple((_name(it), getattr(it, method)) for it in policies if _overrides(it, method))


def _name(policy: Policy) -> str:
    return policy.name or type(policy).__name__


def _overrides(policy: Policy, method: str) -> bool:
    return getattr(type(policy), method) is not getattr(Policy, method)
