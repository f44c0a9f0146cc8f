"""What plugin authors test with.

Whoever tests a plugin:           the pytest fixture `agent` (`plugin`), an `Agent` (`agent`)
Whoever tests what needs a chat:  `ScriptedPlanner` (`planner`), `FakeClock` (`clock`)
Whoever publishes a plugin:       `check_plugin` behind ``pulpo check NAME`` (`check`)

pytest imports this package at every start, so nothing heavy is imported before a test asks for it.
"""

from pulpo.testing.agent import Agent
from pulpo.testing.clock import FakeClock
from pulpo.testing.planner import ScriptedPlanner

__all__ = ["Agent", "FakeClock", "ScriptedPlanner"]
