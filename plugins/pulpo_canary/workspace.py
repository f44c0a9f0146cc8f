"""The strategy ``workspace``: whole businesses, so that everybody who writes to one meets the same variant."""

from __future__ import annotations

from collections.abc import Callable

import pulpo
from pulpo_canary.bucket import drawn
from pulpo_canary.config import Draw


class Workspaces(Draw):
    """``workspaces`` are the ids it is about; without any, all of them."""

    workspaces: frozenset[str] = frozenset()


class Workspace:
    """See the module. ``unit`` tells the runtime what sticks, and so what counts as one when variants are compared."""

    name = "workspace"
    config = Workspaces
    unit = "workspace"

    def compile(self, config: Workspaces) -> Callable[[pulpo.CanaryContext], pulpo.Match | None]:
        """Return the decision: in, when the workspace is listed (or none is) and drawn."""
        inside, match = drawn(config.percentage, config.seed), pulpo.Match("drawn")
        listed, outside = config.workspaces, pulpo.Match("not listed", inside=False)

        def decide(context: pulpo.CanaryContext) -> pulpo.Match | None:
            if listed and context.workspace_id not in listed:
                return outside
            return match if inside(context.workspace_id) else None

        return decide
