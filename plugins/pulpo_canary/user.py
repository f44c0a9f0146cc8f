"""The strategy ``user_id``: users that are known, never anonymous visitors."""

from __future__ import annotations

from collections.abc import Callable

import pulpo
from pulpo_canary.bucket import drawn
from pulpo_canary.config import Draw


class Users(Draw):
    """``users`` are the ids it is about; without any, every user that is known."""

    users: frozenset[str] = frozenset()


class UserId:
    """See the module."""

    name = "user_id"
    config = Users

    def compile(self, config: Users) -> Callable[[pulpo.CanaryContext], pulpo.Match | None]:
        """Return the decision: in, when the user is known, listed (or none is) and drawn."""
        inside, match = drawn(config.percentage, config.seed), pulpo.Match("drawn")
        listed, outside = config.users, pulpo.Match("not listed", inside=False)

        def decide(context: pulpo.CanaryContext) -> pulpo.Match | None:
            user = context.user_id
            if user is None or (listed and user not in listed):
                return outside
            return match if inside(user) else None

        return decide
