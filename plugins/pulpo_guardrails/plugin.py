"""The hooks of the default policies."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Annotated

from pydantic import AfterValidator, BaseModel, Field

import pulpo
from pulpo_guardrails.access import ToolAccess
from pulpo_guardrails.answers import AnswerRules
from pulpo_guardrails.message import MessageSize
from pulpo_guardrails.personal import PersonalData
from pulpo_guardrails.provenance import Provenance

Names = tuple[str, ...]


def _pattern(value: str) -> str:
    try:
        re.compile(value)
    except re.error as error:
        raise ValueError(f"{value!r} is not a regular expression: {error}") from error
    return value


class GuardrailSettings(BaseModel, frozen=True, extra="forbid"):
    """``[plugins.pulpo_guardrails]``.

    ``max_message`` and ``max_answer`` are in characters, ``forbidden`` are regular expressions (whatever the case),
    ``links`` are hosts (``*``: any), ``html`` lets markup through, ``personal_data`` takes other people's out of
    answers, but what ``shown`` lists. ``public_tools`` tell what anybody may know; ``unasked`` tools change things
    without a question although no word of the user's is in the call. ``workspace_tools`` and ``scope_tools`` list who
    may use which tools; see `ToolAccess`. Tools are named, ``*`` stands for anything: ``get_*``.
    """

    max_message: int = Field(default=4000, ge=1)
    max_answer: int = Field(default=8000, ge=80)
    forbidden: tuple[Annotated[str, AfterValidator(_pattern)], ...] = ()
    links: Names = ()
    html: bool = False
    personal_data: bool = True
    shown: Names = ()
    public_tools: Names = ()
    unasked: Names = ()
    workspace_tools: dict[str, Names] = {}
    scope_tools: dict[str, Names] = {}


@pulpo.hookimpl
def pulpo_settings() -> type[BaseModel]:
    """Return the section's model."""
    return GuardrailSettings


@pulpo.hookimpl
def pulpo_register_policies(settings: GuardrailSettings) -> Iterable[pulpo.Policy]:
    """Register the policies that have something to check; one that is switched off costs no turn anything."""
    yield MessageSize(limit=settings.max_message)
    if settings.workspace_tools or settings.scope_tools:
        yield ToolAccess(workspaces=settings.workspace_tools, scopes=settings.scope_tools)
    yield Provenance(unasked=settings.unasked)
    yield AnswerRules(
        longest=settings.max_answer,
        forbidden=tuple(re.compile(each, re.IGNORECASE) for each in settings.forbidden),
        hosts=settings.links,
        html=settings.html,
        public_tools=settings.public_tools,
        personal=PersonalData(shown=settings.shown, public_tools=settings.public_tools)
        if settings.personal_data
        else None,
    )
