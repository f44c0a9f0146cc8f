"""The process as a whole: what was loaded, what fails to listen, what is going on now."""

from __future__ import annotations

import platform
from collections.abc import Callable

import pulpo
from pulpo_prometheus import catalogue
from pulpo_prometheus.families import Families, Handlers
from pulpo_prometheus.tools import STATES as BREAKER_STATES

PLUGIN_STATES = ("active", "quarantined", "blocked")


class ProcessCounts:
    """Counts what is not about one turn. Gauges tell what ``readings`` told when `refresh` was called last;
    ``rollout`` is told what became of the rollout then."""

    def __init__(self, families: Families, *, rollout: Callable[[pulpo.RolloutReading | None], None]) -> None:
        self._rollout = rollout
        self.readings: Callable[[], pulpo.Readings] = pulpo.Readings
        self._plugins = families.numbers(catalogue.PLUGINS)
        self._sink_errors = families.capped(catalogue.SINK_ERRORS, families.numbers(catalogue.SINK_ERRORS).child)
        self._in_flight = families.numbers(catalogue.IN_FLIGHT).child()
        self._breakers = families.numbers(catalogue.ACTIVE_BREAKERS)
        self._caches = families.numbers(catalogue.CACHE_SIZE)
        # Only the watchdog's thread ever counts here, so it needs no lock either.
        self._blocked = families.capped(catalogue.LOOP_BLOCKED, families.numbers(catalogue.LOOP_BLOCKED).child)
        self.lag = families.spreads(catalogue.LOOP_LAG).child()
        families.numbers(catalogue.BUILD_INFO).child(pulpo.__version__, platform.python_version()).value = 1
        for state in PLUGIN_STATES:
            self._plugins.child(state)
        for state in BREAKER_STATES:
            self._breakers.child(state)

    @property
    def handlers(self) -> Handlers:
        """What is counted, by kind of event."""
        return {
            pulpo.SinkFailed: self._sink_failed,
            pulpo.PluginHung: self._hung,
            pulpo.LoopBlocked: self._loop_blocked,
        }

    def expect(self, loaded: pulpo.PluginsLoaded) -> None:
        """Show the plugins by state, and make the children of what is known at start."""
        for state, count in loaded.states.items():
            self._plugins.child(state).value = count
        self._sink_errors.expect(loaded.names.get("sinks", ()))

    def refresh(self) -> None:
        """Look how things are now; to be called on the event loop."""
        now = self.readings()
        self._in_flight.value = now.turns_in_flight
        for state in BREAKER_STATES:
            self._breakers.child(state).value = now.breakers.get(state, 0)
        for cache, size in now.caches.items():
            self._caches.child(cache).value = size
        self._rollout(now.rollout)

    def _hung(self, event: pulpo.PluginHung) -> None:
        moved = 1 if event.hung else -1
        self._plugins.child("quarantined").value += moved
        self._plugins.child("active").value -= moved

    def _loop_blocked(self, event: pulpo.LoopBlocked) -> None:
        self._blocked[event.plugin].value += 1

    def _sink_failed(self, event: pulpo.SinkFailed) -> None:
        self._sink_errors[event.sink].value += 1
