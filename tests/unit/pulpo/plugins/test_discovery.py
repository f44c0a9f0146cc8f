from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from pulpo.plugins.discovery import NAMELESS, Candidate, gate, installed, normalized

Install = Callable[..., None]


def ours(names: set[str]) -> list[Candidate]:
    return [candidate for candidate in installed() if candidate.name in names]


def test_entry_points_are_found_with_their_distribution_and_nothing_is_imported(install: Install) -> None:
    install("Demo-Plugin", {"demo_a": "raise SystemExit"}, entries={"b": "demo_a", "a": "demo_a:x"}, version="2.1")
    assert [(it.name, it.distribution, it.version) for it in ours({"a", "b"})] == [
        ("a", "Demo-Plugin", "2.1"),
        ("b", "Demo-Plugin", "2.1"),
    ]
    assert "demo_a" not in sys.modules


def test_first_party_plugins_are_found_as_any_other() -> None:
    assert {"pulpo_canary", "pulpo_rules"} <= {it.name for it in installed() if it.distribution == "pulpoai"}


def test_of_one_distribution_the_first_on_the_path_counts(
    install: Install, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from support.distributions import install as install_at

    install("twice", {}, entries={"twice": "t"}, version="1.0")
    install_at(tmp_path / "older", "Twice", {}, entries={"twice": "t"}, version="0.9")
    monkeypatch.syspath_prepend(tmp_path / "older")
    assert [(it.distribution, it.version) for it in ours({"twice"})] == [("Twice", "0.9")]


def test_two_distributions_may_claim_a_name_and_pulpo_comes_first(install: Install) -> None:
    install("aaa", {}, entries={"pulpo_rules": "evil"})
    assert [it.distribution for it in ours({"pulpo_rules"})] == ["pulpoai", "aaa"]


def test_unreadable_entry_points_hide_nobody_else(install: Install, site: Path) -> None:
    install("fine", {}, entries={"fine": "fine"})
    install("broken", {}, entries={"x": "y"})
    (site / "broken-1.0.dist-info" / "entry_points.txt").write_text("[pulpo]\njust words\n")
    found = ours({"fine", "broken"})
    assert [it.name for it in found] == ["broken", "fine"]
    with pytest.raises(ValueError, match=r"entry_points\.txt of broken"):
        found[0].load()


def test_what_an_interrupted_installer_leaves_hides_nobody_else(install: Install, site: Path) -> None:
    install("fine", {}, entries={"fine": "fine"})
    install("half", {}, entries={"half": "half"})
    (site / "half-1.0.dist-info" / "METADATA").unlink()
    found = ours({"fine", "half", NAMELESS})
    assert [it.name for it in found] == ["fine", NAMELESS]
    with pytest.raises(ValueError, match="it has no METADATA"):
        found[1].load()


def test_a_stranger_s_entry_points_may_be_in_any_encoding(install: Install, site: Path) -> None:
    install("fine", {}, entries={"fine": "fine"})
    install("stranger", {}, entries={})
    (site / "stranger-1.0.dist-info" / "entry_points.txt").write_bytes("[gui]\n# a\xf1o\n".encode("latin-1"))
    assert [it.name for it in ours({"fine", "stranger"})] == ["fine"]


@pytest.mark.parametrize(
    ("allow", "deny", "blocked"),
    [
        (None, (), set()),
        (("a",), (), {"b", "c"}),
        (("My_Dist",), (), {"c"}),
        (("my.dist",), ("a",), {"a", "c"}),
        (None, ("MY-dist",), {"a", "b"}),
        ((), (), {"a", "b", "c"}),
        (("c",), ("c",), {"a", "b", "c"}),
    ],
)
def test_lists_match_names_and_distributions_and_deny_wins(
    allow: tuple[str, ...] | None, deny: tuple[str, ...], blocked: set[str]
) -> None:
    candidates = [
        Candidate(name="a", load=object, distribution="my-dist"),
        Candidate(name="b", load=object, distribution="my_dist"),
        Candidate(name="c", load=object, distribution="other"),
    ]
    gated = list(gate(candidates, allow=allow, deny=deny))
    assert {it.name for it in gated if it.blocked} == blocked
    assert [it.name for it in gated] == ["a", "b", "c"]


def test_an_entry_point_is_matched_exactly() -> None:
    (gated,) = gate([Candidate(name="my_plugin", load=object)], allow=["my-plugin"], deny=())
    assert gated.blocked == "not named in [plugins] allow"


@pytest.mark.parametrize("name", ["Pulpo.Hello", "pulpo__hello", "PULPO-hello", "pulpo-._hello"])
def test_distribution_names_are_normalized_as_pep_503_says(name: str) -> None:
    assert normalized(name) == "pulpo-hello"
