"""The command ``pulpo booking``: one module a command, all of them clients of the plugin's own routes.

Whoever configures the business:  `business` (import, show)
Whoever works in it:              `agenda`, `feed` (calendar programs)
"""

from __future__ import annotations

import click

from pulpo_booking.cli.agenda import agenda
from pulpo_booking.cli.business import import_, show
from pulpo_booking.cli.feed import feed

__all__ = ["booking"]


@click.group(name="booking")
def booking() -> None:
    """Look after the business and its agenda."""


for _command in (import_, show, agenda, feed):
    booking.add_command(_command)
