"""The hook of the embedded planner."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import pulpo
from pulpo_rules.planner import RulesFactory


@pulpo.hookimpl
def pulpo_register_planners(settings: Any) -> Iterable[pulpo.PlannerFactory]:
    """Offer the planner ``rules``."""
    return [RulesFactory()]
