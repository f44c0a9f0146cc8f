"""A canary strategy of one's own: the share of the users who pay for one of some plans."""

from collections.abc import Callable
from hashlib import sha256

from pydantic import BaseModel

import pulpo


class Plans(BaseModel, extra="forbid"):
    """``percentage`` and ``seed`` come from ``[canary]``, ``plans`` from ``[canary.settings]``."""

    percentage: float = 0.0
    seed: str = ""
    plans: frozenset[str] = frozenset()


class Plan:
    """Looks at the attribute ``plan`` that a channel sends along with a message."""

    name = "plan"
    config = Plans

    def compile(self, config: Plans) -> Callable[[pulpo.CanaryContext], pulpo.Match | None]:
        """Return the decision: all there is to prepare is prepared here, once."""

        def decide(context: pulpo.CanaryContext) -> pulpo.Match | None:
            if context.attributes.get("plan") not in config.plans:
                return pulpo.Match("another plan", inside=False)
            drawn = int.from_bytes(sha256(f"{config.seed}/{context.unit}".encode()).digest()[:8], "big")
            return pulpo.Match("plan") if drawn < config.percentage * 2**64 else None

        return decide


@pulpo.hookimpl
def pulpo_register_canary_strategies(settings: object) -> list[pulpo.CanaryStrategy]:
    """Register it."""
    return [Plan()]
