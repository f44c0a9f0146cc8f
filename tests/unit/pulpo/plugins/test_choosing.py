"""A planner that cannot be built, or not be asked, ends the start with its name and the setting that chose it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest

import pulpo
from pulpo.errors import SettingsError
from pulpo.plugins.choosing import built_by


class Yields:
    async def next_step(self, context: pulpo.PlanContext) -> AsyncIterator[pulpo.Step]:
        yield pulpo.Answer("hi")


class Returns:
    async def next_step(self, context: pulpo.PlanContext) -> pulpo.Step:
        return pulpo.Answer("hi")


class Factory:
    name, config = "toy", None

    def __init__(self, planner: Any) -> None:
        self.planner = planner

    def build(self, config: Any, tools: Any) -> Any:
        if isinstance(self.planner, BaseException):
            raise self.planner
        return self.planner


def test_a_planner_that_yields_is_built() -> None:
    planner = Yields()
    assert built_by(Factory(planner), None, (), key="variants.stable.planner") is planner


@pytest.mark.parametrize(
    ("planner", "says"),
    [
        (Returns(), "TypeError: its next_step returns its steps: it must yield them"),
        (object(), "AttributeError: 'object' object has no attribute 'next_step'"),
        (ZeroDivisionError("no"), "ZeroDivisionError: no"),
        (SystemExit(3), "SystemExit: 3"),
    ],
)
def test_one_that_cannot_be_asked_is_named_with_the_setting_that_chose_it(planner: Any, says: str) -> None:
    with pytest.raises(SettingsError) as raised:
        built_by(Factory(planner), None, (), key="variants.stable.planner")
    assert str(raised.value) == f"settings: variants.stable.planner: planner 'toy' cannot be built: {says}"
