"""The plugin's tools.

Whoever registers them:          `booking_tools`
Whoever reads what they tell:    `information` (services, hours), `availability`, `mine` (own appointments)
Whoever reads what they change:  `booking`, `moving`, `cancelling`; all go through `asking`, which checks arguments
Whoever changes their wording:   `arguments` (descriptions and questions), `examples` (what people say)
"""

from collections.abc import Sequence

import pulpo
from pulpo_booking.desk import Desk
from pulpo_booking.tools.availability import availability_tool
from pulpo_booking.tools.booking import booking_tool
from pulpo_booking.tools.cancelling import cancelling_tool
from pulpo_booking.tools.information import hours_tool, services_tool
from pulpo_booking.tools.mine import mine_tool
from pulpo_booking.tools.moving import moving_tool

__all__ = ["booking_tools"]


def booking_tools(desk: Desk) -> Sequence[pulpo.Tool]:
    """Return the seven tools over the businesses of ``desk``."""
    makers = (
        services_tool,
        hours_tool,
        availability_tool,
        booking_tool,
        moving_tool,
        cancelling_tool,
        mine_tool,
    )
    return [make(desk) for make in makers]
