"""Businesses from files: the samples, other people's files, and mistakes with file and key."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from pulpo_booking.errors import BusinessFileError
from pulpo_booking.files import SAMPLES, load_businesses, read_businesses
from unit.pulpo_booking.counter import business_of

SHARED = os.environ.get("PULPO_SHARED")


def test_samples_load_by_name() -> None:
    assert list(load_businesses(["demo", "marea", "arce"])) == ["demo", "marea", "arce"]


def test_every_sample_is_loadable_by_itself() -> None:
    for path in SAMPLES.glob("*.json"):
        assert [business.workspace for business in read_businesses(path)] == [path.stem]


def test_the_demo_speaks_both_languages() -> None:
    (demo,) = load_businesses(["demo"]).values()
    assert all(isinstance(service.name, dict) and service.name.keys() == {"es", "en"} for service in demo.services)
    assert all(service.synonyms and service.price for service in demo.services)
    assert len(demo.staff) >= 2
    assert all(person.breaks for person in demo.staff)


def test_one_file_may_hold_several_businesses(tmp_path: Path) -> None:
    path = tmp_path / "all.json"
    both = [business_of(workspace="a"), business_of(workspace="b")]
    path.write_text(json.dumps({"rules": {"fit": "…"}, "businesses": both}), encoding="utf-8")
    assert list(load_businesses([path])) == ["a", "b"]


def test_toml_says_the_same_as_json(tmp_path: Path) -> None:
    path = tmp_path / "shop.toml"
    path.write_text(
        """
workspace = "shop"
name = "Shop"
tz = "Europe/Madrid"
closed_dates = [2026-12-24]
[hours]
mon = [["09:00", "14:00"]]
[[services]]
id = "cut"
name = { es = "Corte", en = "Cut" }
minutes = 30
price = 19.90
[[staff]]
id = "ana"
name = "Ana"
""",
        encoding="utf-8",
    )
    (shop,) = load_businesses([path]).values()
    assert str(shop.services[0].price) == "19.90"
    assert [str(day) for day in shop.closed_dates] == ["2026-12-24"]


@pytest.mark.parametrize(
    ("name", "content", "key", "told"),
    [
        ("gone.json", None, "plugins.pulpo_booking.businesses", "name a .json or .toml file, or a sample: arce, demo"),
        ("bad.json", "{", "plugins.pulpo_booking.businesses", "it is not JSON"),
        ("bad.toml", "= 1", "plugins.pulpo_booking.businesses", "it is not TOML"),
        ("odd.json", json.dumps(business_of(colour="red")), "colour", "there is no such key; check its spelling"),
        ("tz.json", json.dumps(business_of(tz="Nowhere")), "tz", "is not an IANA zone"),
        (
            "second.json",
            json.dumps({"businesses": [business_of(), business_of(workspace="b", rooms="two")]}),
            "businesses[1].rooms",
            "valid integer",
        ),
    ],
)
def test_a_mistake_names_file_and_key(tmp_path: Path, name: str, content: str | None, key: str, told: str) -> None:
    path = tmp_path / name
    if content is not None:
        path.write_text(content, encoding="utf-8")
    with pytest.raises(BusinessFileError) as caught:
        load_businesses([path])
    assert caught.value.source == str(path)
    assert caught.value.key == key
    assert told in str(caught.value)


def test_a_workspace_has_one_business() -> None:
    with pytest.raises(BusinessFileError, match="workspace 'demo' is described twice"):
        load_businesses(["demo", "demo"])


@pytest.mark.skipif(not SHARED, reason="PULPO_SHARED does not name a folder with businesses.json")
def test_businesses_written_elsewhere_load() -> None:
    assert list(load_businesses([Path(SHARED or "") / "data" / "businesses.json"])) == ["marea", "arce"]
