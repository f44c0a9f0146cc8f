from __future__ import annotations

import pytest

import pulpo
from pulpo_guardrails.access import ToolAccess


@pulpo.tool(read_only=True)
async def get_price() -> str:
    """Tell a price."""
    return "5"


@pulpo.tool
async def cancel_all() -> str:
    """Cancel everything."""
    return "gone"


@pytest.mark.parametrize(
    ("workspace", "scopes", "offered"),
    [
        ("demo", {"chat"}, ["get_price"]),
        ("demo", {"admin"}, ["get_price"]),
        ("marea", {"chat"}, ["get_price"]),
        ("marea", {"chat", "admin"}, ["get_price", "cancel_all"]),
        ("marea", {"metrics"}, []),
        ("marea", set(), []),
    ],
)
def test_both_the_workspace_and_a_scope_must_list_a_tool(workspace: str, scopes: set[str], offered: list[str]) -> None:
    access = ToolAccess(workspaces={"demo": ["get_*"]}, scopes={"chat": ["get_*"], "admin": ["*"]})
    here = pulpo.Workspace(id=workspace)
    assert [it.name for it in (get_price, cancel_all) if access.offers(here, frozenset(scopes), it)] == offered


def test_a_star_is_for_workspaces_without_a_list_and_no_scopes_listed_means_all() -> None:
    access = ToolAccess(workspaces={"*": ["get_price"], "demo": ["*"]}, scopes={})
    nobody: frozenset[str] = frozenset()
    assert access.offers(pulpo.Workspace(id="demo"), nobody, cancel_all)
    assert not access.offers(pulpo.Workspace(id="other"), nobody, cancel_all)
    assert access.offers(pulpo.Workspace(id="other"), nobody, get_price)
