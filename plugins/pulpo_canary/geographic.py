"""The strategy ``geographic``: users of some countries or regions (ISO 3166, such as ``AR`` or ``ES-MD``)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated

from pydantic import AfterValidator, Field

import pulpo
from pulpo_canary.bucket import drawn
from pulpo_canary.config import Draw

Region = Annotated[str, AfterValidator(str.upper), Field(pattern=r"^[A-Za-z]{2}(-[A-Za-z0-9]{1,3})?$")]


class Regions(Draw):
    """``regions`` are what it is about: a country takes its regions in. Without any it is about nobody."""

    regions: frozenset[Region] = frozenset()


class Geographic:
    """See the module."""

    name = "geographic"
    config = Regions

    def compile(self, config: Regions) -> Callable[[pulpo.CanaryContext], pulpo.Match | None]:
        """Return the decision: in, when the region is listed, or its country is, and the unit is drawn."""
        inside, match = drawn(config.percentage, config.seed), pulpo.Match("drawn")
        listed, outside = config.regions, pulpo.Match("not listed", inside=False)

        def decide(context: pulpo.CanaryContext) -> pulpo.Match | None:
            region = (context.region or "").upper()
            if region not in listed and region.partition("-")[0] not in listed:
                return outside
            return match if inside(context.user_id or context.conversation_id) else None

        return decide
