from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from msgspec import Struct
from msgspec.structs import replace

from pulpo.canary.router import IDLE, Router
from pulpo.contracts.canary import Assignment, CanaryContext, Match, Pin

CONTEXT = CanaryContext(workspace_id="demo", conversation_id="c1", user_id="ana")
IN, ASIDE = Match("drawn"), Match("not listed", inside=False)


class Rollout(Struct, frozen=True):
    id: str = "r2"
    state: str = "progressing"
    step: int = 3
    share: float = 0.1


def router(decide: Callable[[CanaryContext], Any], *, rollout: Rollout | None = None, **rules: Any) -> Router:
    made = Router(decide=decide, enabled=True, variant="canary", revision=3, rollout=lambda: rollout)
    made.rules = replace(made.rules, **rules)
    return made


def saying(match: Match | None) -> Callable[[CanaryContext], Match | None]:
    return lambda _context: match


@pytest.mark.parametrize(
    ("off", "rollout", "deny", "allow", "pin", "match", "expected"),
    [
        # Each line takes away what the line above decided by.
        ("killed", "aborted", "ana", "ana", "canary", IN, ("stable", "killed")),
        ("disabled", "aborted", "ana", "ana", "canary", IN, ("stable", "disabled")),
        (None, "aborted", "ana", "ana", "canary", IN, ("stable", "aborted")),
        (None, "progressing", "ana", "ana", "canary", IN, ("stable", "denied")),
        (None, "progressing", "", "ana", "stable", None, ("canary", "allowed")),
        (None, "progressing", "", "", "canary", None, ("canary", "pinned")),
        (None, "progressing", "", "", "stable", IN, ("stable", "pinned")),
        (None, "progressing", "", "", "", IN, ("canary", "matched")),
        (None, "progressing", "", "", "", None, ("stable", "not_matched")),
        (None, "progressing", "", "", "", ASIDE, ("stable", "not_matched")),
    ],
)
def test_the_order_of_decision(
    off: Any, rollout: str, deny: str, allow: str, pin: str, match: Match | None, expected: tuple[str, str]
) -> None:
    made = router(
        saying(match),
        rollout=Rollout(state=rollout),
        off=off,
        deny_users=frozenset(filter(None, [deny])),
        allow_users=frozenset(filter(None, [allow])),
    )
    found = made.assign(CONTEXT, Pin(pin, "r2", 1) if pin else None)
    assert (found.variant, found.reason, found.revision) == (*expected, 3)


@pytest.mark.parametrize("key", ["deny_workspaces", "allow_workspaces"])
def test_workspaces_are_denied_and_allowed_too(key: str) -> None:
    found = router(saying(None), **{key: frozenset({"demo"})}).assign(CONTEXT, None)
    assert found.reason == {"deny": "denied", "allow": "allowed"}[key.partition("_")[0]]


@pytest.mark.parametrize(
    ("pin", "current", "reason"),
    [
        (Pin("canary", "r2", 1), Rollout("r2"), "pinned"),
        (Pin("canary", "r1", 1), Rollout("r2"), "not_matched"),
        (Pin("canary", "r1", 1), None, "not_matched"),
        (Pin("canary"), Rollout("r2"), "pinned"),
        (Pin("stable", "r1", 1), Rollout("r2"), "pinned"),
        (Pin("canary", "r2", 1, IDLE), Rollout("r2"), "pinned"),
        (Pin("canary", "r2", 1, IDLE + 1), Rollout("r2"), "not_matched"),
        (Pin("stable", "r1", 1, IDLE + 1), Rollout("r2"), "not_matched"),
        (Pin("a variant of last year"), None, "not_matched"),
    ],
)
def test_a_pin_lapses_with_its_rollout_and_with_time(pin: Pin, current: Rollout | None, reason: str) -> None:
    assert router(saying(None), rollout=current).assign(CONTEXT, pin).reason == reason


def test_both_arms_of_the_draw_carry_the_rollout_and_nobody_else_does() -> None:
    def drawn(match: Match | None, pin: Pin | None = None, **rules: Any) -> tuple[str, int, str]:
        found = router(saying(match), rollout=Rollout(), **rules).assign(CONTEXT, pin)
        return found.rollout, found.step, found.unit

    assert drawn(IN) == drawn(None) == ("r2", 3, "ana")
    assert drawn(None, by_workspace=True) == ("r2", 3, "demo")
    assert drawn(None, Pin("stable", "r1", 1)) == ("r1", 1, "ana")
    assert drawn(ASIDE) == drawn(IN, deny_users=frozenset({"ana"})) == drawn(IN, off="killed") == ("", 0, "")


def raising(context: CanaryContext) -> Match:
    raise ZeroDivisionError


def leaving(context: CanaryContext) -> Match:
    raise SystemExit(3)


@pytest.mark.parametrize(
    ("decide", "error"),
    [(raising, "ZeroDivisionError"), (leaving, "SystemExit"), (lambda _: "yes", "returned str")],
)
def test_a_bad_strategy_means_stable_and_is_told(decide: Any, error: str) -> None:
    errors: list[str] = []
    made = Router(decide=decide, enabled=True, variant="canary", on_error=errors.append)
    assert made.assign(CONTEXT, None) == Assignment("stable", "strategy_error")
    assert error in errors[0]


def test_the_unit_is_the_user_when_known() -> None:
    assert CONTEXT.unit == "ana"
    assert CanaryContext(workspace_id="demo", conversation_id="c1").unit == "c1"


def test_at_a_share_of_0_nobody_is_drawn_whatever_the_strategy_says_and_no_turn_is_evidence() -> None:
    made = router(saying(IN), rollout=Rollout(share=0.0, step=0), allow_users=frozenset({"eva"}))
    assert made.assign(CONTEXT, None) == Assignment("stable", "shadow", 3)
    assert made.assign(replace(CONTEXT, user_id="eva"), None).variant == "canary"
