"""Asks the policies, each only about what it overrides. A policy that raises denies."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable
from time import perf_counter
from typing import Literal, TypeAlias

from pulpo.contracts.events import PolicyChecked
from pulpo.contracts.policies import ALLOW, Policy, PolicyContext, Verdict, deny
from pulpo.contracts.tools import Tool
from pulpo.conversation import ToolCall
from pulpo.turns.run import TurnRun

Stage: TypeAlias = Literal["message", "call", "answer"]
_Check: TypeAlias = tuple[str, Callable[..., Awaitable[Verdict]]]


class PolicySet:
    """All policies, flattened by stage at start. The first verdict that is not allow is the answer."""

    def __init__(self, policies: Iterable[Policy]) -> None:
        policies = tuple(policies)
        self._checks: dict[Stage, tuple[_Check, ...]] = {
            stage: tuple(
                (policy.name or type(policy).__name__, getattr(policy, f"check_{stage}"))
                for policy in policies
                if getattr(type(policy), f"check_{stage}") is not getattr(Policy, f"check_{stage}")
            )
            for stage in ("message", "call", "answer")
        }

    async def message(self, run: TurnRun, context: PolicyContext) -> Verdict:
        """Check the user's message."""
        return await self._ask("message", run, context.variant, context)

    async def call(self, run: TurnRun, context: PolicyContext, call: ToolCall, tool: Tool) -> Verdict:
        """Check one call whose arguments are valid."""
        return await self._ask("call", run, context.variant, context, call, tool)

    async def answer(self, run: TurnRun, context: PolicyContext, answer: str) -> Verdict:
        """Check the answer."""
        return await self._ask("answer", run, context.variant, context, answer)

    async def _ask(self, stage: Stage, run: TurnRun, variant: str, *arguments: object) -> Verdict:
        for name, check in self._checks[stage]:
            start = perf_counter()
            failed = False
            try:
                verdict = await check(*arguments)
            except (Exception, SystemExit) as error:
                failed = True
                verdict = deny(f"{name} raised {type(error).__name__}")
            label = "error" if failed else verdict.kind
            seconds = perf_counter() - start
            run.events.append(PolicyChecked(run.turn.id, name, stage, label, verdict.reason, seconds, variant))
            if verdict.kind != "allow":
                return verdict
        return ALLOW
