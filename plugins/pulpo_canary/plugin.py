"""The hooks of the canary strategies."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import pulpo
from pulpo_canary.percentage import Percentage


@pulpo.hookimpl
def pulpo_register_canary_strategies(settings: Any) -> Iterable[pulpo.CanaryStrategy]:
    """Register the built-in strategies."""
    return [Percentage()]
