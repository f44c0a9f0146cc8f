"""How property-based tests search."""

from __future__ import annotations

from hypothesis import settings

# No deadline: a shared machine may stall any example. The rest stays as hypothesis chose it, which on CI is
# the same examples every time.
settings.register_profile("house", settings.default, deadline=None)
settings.load_profile("house")
