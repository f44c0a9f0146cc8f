"""Who is in, by strategy: the lists say whom it is about, the share how many of those."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError

import pulpo
from pulpo_canary.config import Draw
from pulpo_canary.plugin import pulpo_register_canary_strategies

STRATEGIES = {strategy.name: strategy for strategy in pulpo_register_canary_strategies(None)}
ANA = pulpo.CanaryContext(workspace_id="demo", conversation_id="c1", user_id="ana", region="es-md")
NOBODY = pulpo.CanaryContext(workspace_id="demo", conversation_id="c1")


def answer(name: str, context: pulpo.CanaryContext = ANA, **config: Any) -> str:
    """``in``, ``out`` (drawn out: a control) or ``aside`` (the strategy is not about it)."""
    strategy = STRATEGIES[name]
    decide = strategy.compile(strategy.config(**config) if strategy.config else None)
    match = decide(context)
    return "out" if match is None else "in" if match.inside else "aside"


def test_the_four_of_the_documentation_and_two_constants() -> None:
    assert sorted(STRATEGIES) == ["all", "geographic", "none", "percentage", "user_id", "workspace"]


@pytest.mark.parametrize(
    ("name", "config", "expected"),
    [
        ("percentage", {"percentage": 1.0}, "in"),
        ("percentage", {}, "out"),
        ("workspace", {"percentage": 1.0}, "in"),
        ("workspace", {"percentage": 1.0, "workspaces": ["demo"]}, "in"),
        ("workspace", {"percentage": 1.0, "workspaces": ["marea"]}, "aside"),
        ("workspace", {"workspaces": ["demo"]}, "out"),
        ("user_id", {"percentage": 1.0}, "in"),
        ("user_id", {"percentage": 1.0, "users": ["ana"]}, "in"),
        ("user_id", {"percentage": 1.0, "users": ["eva"]}, "aside"),
        ("geographic", {"percentage": 1.0}, "aside"),
        ("geographic", {"percentage": 1.0, "regions": ["ES"]}, "in"),
        ("geographic", {"percentage": 1.0, "regions": ["es-MD", "AR"]}, "in"),
        ("geographic", {"percentage": 1.0, "regions": ["ES-CT", "AR"]}, "aside"),
        ("geographic", {"percentage": 0.0, "regions": ["ES"]}, "out"),
        ("all", {}, "in"),
        ("none", {}, "aside"),
    ],
)
def test_who_is_in(name: str, config: dict[str, Any], expected: str) -> None:
    assert answer(name, **config) == expected


def test_who_is_not_known_is_drawn_by_conversation_where_that_makes_sense() -> None:
    assert answer("percentage", NOBODY, percentage=1.0) == "in"
    assert answer("user_id", NOBODY, percentage=1.0) == "aside"
    assert answer("geographic", NOBODY, percentage=1.0, regions=["ES"]) == "aside"


def test_a_workspace_goes_as_a_whole() -> None:
    for number in range(50):
        context = pulpo.CanaryContext(workspace_id=f"w{number}", conversation_id="c", user_id="ana")
        same = pulpo.CanaryContext(workspace_id=f"w{number}", conversation_id="d", user_id="eva")
        assert answer("workspace", context, percentage=0.5) == answer("workspace", same, percentage=0.5)


@pytest.mark.parametrize("share", [-0.1, 1.1, 10])
def test_a_share_is_a_fraction(share: float) -> None:
    with pytest.raises(ValidationError):
        Draw(percentage=share)


def test_a_region_is_one_of_iso_3166() -> None:
    with pytest.raises(ValidationError):
        answer("geographic", regions=["Madrid"])
