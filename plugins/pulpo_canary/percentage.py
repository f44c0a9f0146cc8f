"""The strategy ``percentage``: a share of all users (of conversations, where the user is not known)."""

from __future__ import annotations

from collections.abc import Callable

import pulpo
from pulpo_canary.bucket import drawn
from pulpo_canary.config import Draw


class Percentage:
    """See the module."""

    name = "percentage"
    config = Draw

    def compile(self, config: Draw) -> Callable[[pulpo.CanaryContext], pulpo.Match | None]:
        """Return the decision: in, when the unit is drawn."""
        inside, match = drawn(config.percentage, config.seed), pulpo.Match("drawn")

        def decide(context: pulpo.CanaryContext) -> pulpo.Match | None:
            return match if inside(context.user_id or context.conversation_id) else None

        return decide
