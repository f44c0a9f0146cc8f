from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

import pulpo
from pulpo.plugins import Catalogue, load_plugins


@pulpo.tool(read_only=True)
def alpha() -> str:
    """Say alpha."""
    return "alpha"


@pulpo.tool(read_only=True)
def beta() -> str:
    """Say beta."""
    return "beta"


class First:
    @pulpo.hookimpl
    def pulpo_register_tools(self) -> list[Any]:
        return [alpha]


class Second:
    def __init__(self) -> None:
        self.source = SimpleNamespace(name="remote", tools=(beta,))

    @pulpo.hookimpl
    def pulpo_register_tools(self) -> list[Any]:
        return [self.source]


def catalogue(second: Second) -> Catalogue:
    return load_plugins(only=(), extra=[("second", second), ("first", First())])


def test_values_keep_their_identity_and_their_plugins_order() -> None:
    second = Second()
    made = catalogue(second)
    assert made.tools == {"alpha": alpha}
    assert made.sources == (second.source,)
    assert made.sources[0] is second.source
    assert [record.name for record in made.records] == ["first", "second"]


def test_an_owner_is_found_by_kind_or_by_field() -> None:
    made = catalogue(Second())
    assert made.owner("tool", "alpha") == made.owner("tools", "alpha") == "first"
    assert made.owner("tool source", "remote") == "second"


def test_a_source_s_tools_of_now_belong_to_its_plugin() -> None:
    second = Second()
    made = catalogue(second)
    assert made.owner("tool", "beta") == "second"
    second.source.tools = ()
    with pytest.raises(LookupError, match="no active plugin offers a tool 'beta'"):
        made.owner("tool", "beta")


def test_an_empty_catalogue_has_no_owners() -> None:
    with pytest.raises(LookupError, match="`pulpo plugins` lists what there is"):
        Catalogue().owner("policy", "x")
