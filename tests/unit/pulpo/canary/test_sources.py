"""Which word counts; and that a file cut off at any byte lets nobody in whom neither the old nor the new one would."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pulpo.canary import sources as words
from pulpo.canary.sources import Edit, Field, Initial, Sources, settings_of
from pulpo.canary.watching import canary_of
from pulpo.errors import SettingsError
from pulpo.settings import CanarySettings
from pulpo_canary.bucket import drawn

NOW = 100.0
ENV = {"percentage": Initial(0.5, "environment", "environment variable CANARY_PERCENTAGE")}


def start(
    file: Mapping[str, Any], initial: Mapping[str, Initial] | None = None, before: Sources | None = None
) -> Sources:
    return words.started(before or Sources(), file=file, initial=initial or {}, path="f", now=NOW)


def edit(before: Sources, file: Mapping[str, Any], known: frozenset[str] | None = frozenset()) -> Edit:
    return words.edited(before, file=file, path="f", now=NOW, known=known)


def share(sources: Sources) -> float:
    return settings_of(sources).percentage


def test_at_start_the_environment_goes_before_the_file() -> None:
    assert share(start({"percentage": 0.1})) == 0.1
    assert share(start({"percentage": 0.1}, ENV)) == 0.5


def test_while_serving_the_newest_word_counts_whoever_said_it() -> None:
    began = start({"percentage": 0.1}, ENV)
    posted = words.requested(began, {"percentage": 0.2}, by="key", now=NOW)
    written = edit(posted, {"percentage": 0.3}).sources
    again = words.requested(written, {"percentage": 0.4}, by="key", now=NOW)
    assert [share(it) for it in (began, posted, written, again)] == [0.5, 0.2, 0.3, 0.4]
    assert again.fields["percentage"] == Field(0.4, "api", "key", NOW)


def test_a_file_that_says_what_it_said_before_is_no_word() -> None:
    posted = words.requested(start({"percentage": 0.1}), {"percentage": 0.2}, by="key", now=NOW)
    assert edit(posted, {"percentage": 0.1}) == Edit(posted)


def test_a_restart_is_no_word_but_an_edit_made_meanwhile_is() -> None:
    posted = words.requested(start({"percentage": 0.1}, ENV), {"percentage": 0.2}, by="key", now=NOW)
    assert share(start({"percentage": 0.1}, ENV, posted)) == 0.2
    assert share(start({"percentage": 0.3}, ENV, posted)) == 0.3
    assert share(start({"percentage": 0.1}, {"percentage": Initial(0.6, "environment", "e")}, posted)) == 0.6


def test_what_neither_file_nor_start_say_any_more_goes_back_at_the_next_start() -> None:
    assert share(start({}, {}, start({"percentage": 0.1}))) == 0.0
    assert share(start({"percentage": 0.1}, {}, start({"percentage": 0.1}, ENV))) == 0.1
    posted = words.requested(start({"percentage": 0.1}), {"percentage": 0.2}, by="key", now=NOW)
    assert share(start({}, {}, posted)) == 0.2


def test_unset_gives_back_to_the_file_then_the_start_then_the_default() -> None:
    def unset(file: Mapping[str, Any], initial: Mapping[str, Initial]) -> float:
        posted = words.requested(start(file, initial), {"percentage": 0.2}, by="key", now=NOW)
        return share(words.given_back(posted, ["percentage"], file=file, initial=initial, path="f", now=NOW))

    assert [unset({"percentage": 0.1}, ENV), unset({}, ENV), unset({}, {})] == [0.1, 0.5, 0.0]


def test_a_vanished_key_keeps_its_value_and_holds_what_would_widen() -> None:
    began = start({"enabled": False, "percentage": 0.5, "seed": "a"})
    cut = edit(began, {"enabled": True, "seed": "a"})
    assert (cut.missing, cut.held) == (("percentage",), ("enabled",))
    assert settings_of(cut.sources) == CanarySettings(enabled=False, percentage=0.5, seed="a")
    whole = edit(cut.sources, {"enabled": True, "percentage": 0.01, "seed": "a"})
    assert (whole.missing, settings_of(whole.sources)) == ((), CanarySettings(enabled=True, percentage=0.01, seed="a"))


@pytest.mark.parametrize(
    ("key", "before", "narrower", "wider"),
    [
        ("percentage", 0.2, 0.1, 0.3),
        ("enabled", True, False, None),
        ("kill", False, True, None),
        ("deny_users", ["a"], ["a", "b"], ["b"]),
        ("allow_users", ["a", "b"], ["a"], ["a", "c"]),
        ("strategy", "percentage", None, "all"),
        ("variant", "canary", None, "stable"),
    ],
)
def test_while_a_key_is_missing_the_file_can_narrow(key: str, before: Any, narrower: Any, wider: Any) -> None:
    began = start({key: before, "seed": "a"})
    for value, held in ((narrower, ()), (wider, (key,))):
        if value is not None:
            assert edit(began, {key: value}).held == held


def test_settings_belong_to_their_strategy() -> None:
    began = start({"strategy": "geographic", "settings": {"regions": ["ES"]}})
    other = edit(began, {"strategy": "percentage"}, frozenset({"percentage", "seed"}))
    assert (other.missing, settings_of(other.sources).settings) == ((), {})
    # A strategy that could have regions may be about to get them: the rest of the file is waited for.
    cut = edit(began, {"strategy": "region_of_mine"}, frozenset({"regions"}))
    assert (cut.missing, cut.held) == (("settings.regions",), ("strategy", "settings"))
    asked = words.requested(began, {"strategy": "percentage"}, by="key", now=NOW)
    assert settings_of(asked).settings == {}


def test_what_differs_is_told_with_its_source() -> None:
    began = start({"percentage": 0.1})
    posted = words.requested(began, {"percentage": 0.2}, by="key", now=NOW)
    assert words.difference(began, posted) == (
        {"percentage": {"value": 0.1, "source": "file"}},
        {"percentage": {"value": 0.2, "source": "api"}},
    )


def test_values_that_this_release_cannot_read_mean_stable() -> None:
    assert settings_of(Sources({"percentage": Field("a tenth", "api", "", NOW)})) == CanarySettings()
    assert settings_of(Sources({"of_next_year": Field(1, "api", "", NOW)})) == CanarySettings()


USERS = ("ana", "eva", "luis", *(f"user-{number}" for number in range(60)))
SOME = st.lists(st.sampled_from(USERS[:3]), unique=True)
VALUES: dict[str, st.SearchStrategy[Any]] = {
    "enabled": st.booleans(),
    "percentage": st.sampled_from([0.0, 0.01, 0.05, 0.1, 0.25, 0.5, 0.75, 1.0, 1]),
    "strategy": st.sampled_from(["percentage", "all", "none"]),
    "seed": st.sampled_from(["", "a"]),
    "deny_users": SOME,
    "allow_users": SOME,
    "kill": st.booleans(),
}


def admitted(canary: CanarySettings) -> frozenset[str]:
    """Who gets the variant."""
    if canary.kill or not canary.enabled:
        return frozenset()
    inside = {"percentage": drawn(canary.percentage, canary.seed), "all": lambda _: True, "none": lambda _: False}
    found = {user for user in USERS if inside[canary.strategy](user)} | set(canary.allow_users)
    return frozenset(found - set(canary.deny_users))


def written(values: Mapping[str, Any]) -> bytes:
    return ("[canary]\n" + "".join(f"{key} = {json.dumps(value)}\n" for key, value in values.items())).encode()


def reading(text: bytes, path: Path) -> Mapping[str, Any] | None:
    """What a file of this text says, or None when it is refused."""
    try:
        tomllib.loads(text.decode())
        path.write_bytes(text)
        return canary_of(path, variants=("stable", "canary"))
    except (SettingsError, tomllib.TOMLDecodeError):
        return None


@st.composite
def two_files(draw: st.DrawFn) -> tuple[dict[str, Any], dict[str, Any]]:
    keys = draw(st.lists(st.sampled_from(sorted(VALUES)), min_size=2, unique=True))
    old, new = ({key: draw(VALUES[key]) for key in order} for order in (keys, draw(st.permutations(keys))))
    return old, new


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(files=two_files())
def test_a_file_cut_off_at_any_byte_lets_nobody_in(
    files: tuple[dict[str, Any], dict[str, Any]], tmp_path: Path
) -> None:
    old, new = files
    path = tmp_path / "pulpo.toml"
    began = start(reading(written(old), path) or {})
    text = written(new)
    whole = settings_of(edit(began, reading(text, path) or {}).sources)
    welcome = admitted(settings_of(began)) | admitted(whole)
    byte_by_byte = began
    for end in range(len(text) + 1):
        said = reading(text[:end], path)
        if said is not None:
            assert admitted(settings_of(edit(began, said).sources)) <= welcome, text[:end]
            byte_by_byte = edit(byte_by_byte, said).sources
            assert admitted(settings_of(byte_by_byte)) <= welcome, text[:end]
    assert settings_of(byte_by_byte) == whole


def test_taking_the_beginning_of_a_file_for_all_of_it_would_let_users_in() -> None:
    """The control: what the property above would find without the rule about missing keys."""
    old, new = {"enabled": False, "percentage": 0.5}, {"enabled": True, "percentage": 0.01}
    cut = CanarySettings(**{**old, **tomllib.loads(written(new).decode().partition("percentage")[0])["canary"]})
    assert not admitted(cut) <= admitted(CanarySettings(**old)) | admitted(CanarySettings(**new))


def test_an_exponent_is_refused_for_its_beginning_may_be_larger(tmp_path: Path) -> None:
    path = tmp_path / "pulpo.toml"
    path.write_text("[canary]\npercentage = 1e-3\n")
    with pytest.raises(SettingsError, match=r"without an exponent: 0\.001"):
        canary_of(path, variants=("stable", "canary"))
