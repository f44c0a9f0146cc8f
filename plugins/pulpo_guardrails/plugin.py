"""The hooks of the default policies."""

from __future__ import annotations

from collections.abc import Iterable

from pydantic import BaseModel, Field

import pulpo
from pulpo_guardrails.message import MessageSize


class GuardrailSettings(BaseModel, frozen=True, extra="forbid"):
    """``[plugins.pulpo_guardrails]``: ``max_message`` is in characters."""

    max_message: int = Field(default=4000, ge=1)


@pulpo.hookimpl
def pulpo_settings() -> type[BaseModel]:
    """Return the section's model."""
    return GuardrailSettings


@pulpo.hookimpl
def pulpo_register_policies(settings: GuardrailSettings) -> Iterable[pulpo.Policy]:
    """Register the default policies."""
    return [MessageSize(limit=settings.max_message)]
