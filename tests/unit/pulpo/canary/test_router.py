from __future__ import annotations

import pytest

from pulpo.canary.router import Router
from pulpo.contracts.canary import Assignment, CanaryContext, Match

CONTEXT = CanaryContext(workspace_id="demo", conversation_id="c1")


def router(decide, *, enabled: bool = True, errors: list[str] | None = None) -> Router:
    on_error = (errors if errors is not None else []).append
    return Router(decide=decide, enabled=enabled, variant="canary", revision=3, on_error=on_error)


@pytest.mark.parametrize(
    ("enabled", "pin", "match", "expected"),
    [
        (False, "canary", Match("all"), ("stable", "disabled")),
        (True, "stable", Match("all"), ("stable", "pinned")),
        (True, "canary", None, ("canary", "pinned")),
        (True, None, Match("percentage"), ("canary", "percentage")),
        (True, None, None, ("stable", "not_matched")),
        (True, "a variant of last year", Match("all"), ("canary", "all")),
    ],
)
def test_the_order_of_decision(enabled: bool, pin: str | None, match: Match | None, expected: tuple[str, str]) -> None:
    assignment = router(lambda _: match, enabled=enabled).assign(CONTEXT, pin)
    assert assignment == Assignment(*expected, 3)


def raising(context: CanaryContext) -> Match:
    raise ZeroDivisionError


@pytest.mark.parametrize(("decide", "error"), [(raising, "ZeroDivisionError"), (lambda _: "yes", "returned str")])
def test_a_bad_strategy_means_stable_and_is_told(decide, error: str) -> None:
    errors: list[str] = []
    assignment = router(decide, errors=errors).assign(CONTEXT, None)
    assert (assignment.variant, assignment.reason) == ("stable", "strategy_error")
    assert error in errors[0]


def test_the_unit_is_the_user_when_known() -> None:
    assert CONTEXT.unit == "c1"
    assert CanaryContext(workspace_id="demo", conversation_id="c1", user_id="ana").unit == "ana"
