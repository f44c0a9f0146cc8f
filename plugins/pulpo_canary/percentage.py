"""The strategy ``percentage``: a fixed share of users (or of conversations, when the user is not known)."""

from __future__ import annotations

from collections.abc import Callable

from pydantic import BaseModel, Field

import pulpo
from pulpo_canary.bucket import bucket

FLAG = "pulpo.canary"
"""The flag's key: part of the salt, so that other flags split users independently."""


class PercentageConfig(BaseModel, frozen=True, extra="forbid"):
    """``percentage`` is a fraction: 0.1 means 10 %. ``seed`` reshuffles who is in."""

    percentage: float = Field(default=0.0, ge=0.0, le=1.0)
    seed: str = ""


class Percentage:
    """See the module."""

    name = "percentage"
    config = PercentageConfig

    def compile(self, config: PercentageConfig) -> Callable[[pulpo.CanaryContext], pulpo.Match | None]:
        """Return the decision: in, when the unit's bucket lies below the share."""
        share, salt, match = config.percentage, FLAG + config.seed, pulpo.Match("percentage")

        def decide(context: pulpo.CanaryContext) -> pulpo.Match | None:
            return match if bucket(salt, context.unit) < share else None

        return decide
