"""How property-based tests search."""

from __future__ import annotations

from hypothesis import HealthCheck, settings

# The same examples every time: a gate is red for the change it looks at, and not for the luck of its draw. And none of
# hypothesis' own judgements of time, for a shared machine may stall any example.
settings.register_profile(
    "house",
    derandomize=True,
    database=None,
    deadline=None,
    print_blob=True,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.register_profile("explore", settings.get_profile("house"), derandomize=False)
settings.load_profile("house")
