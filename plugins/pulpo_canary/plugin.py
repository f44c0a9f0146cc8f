"""The hooks of the canary strategies."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import pulpo
from pulpo_canary.constant import ALL, NONE
from pulpo_canary.geographic import Geographic
from pulpo_canary.percentage import Percentage
from pulpo_canary.user import UserId
from pulpo_canary.workspace import Workspace


@pulpo.hookimpl
def pulpo_register_canary_strategies(settings: Any) -> Iterable[pulpo.CanaryStrategy]:
    """Register the built-in strategies."""
    return [Percentage(), Workspace(), UserId(), Geographic(), ALL, NONE]
