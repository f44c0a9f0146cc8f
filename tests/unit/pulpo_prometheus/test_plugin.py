"""The plugin as the loader sees it."""

from __future__ import annotations

from pulpo.plugins import load_plugins


def test_it_contributes_a_sink_two_pages_and_a_lifespan() -> None:
    catalogue = load_plugins(only={"pulpo_prometheus"})
    (record,) = catalogue.records
    assert (record.state, record.reason) == ("active", "")
    assert record.contributes["sinks"] == ("prometheus",)
    assert [(it.method, it.path, it.scope) for it in catalogue.routes] == [
        ("GET", "/metrics/prometheus", "public"),
        ("GET", "/metrics", "public"),
    ]
    assert [name for name, _ in catalogue.lifespans] == ["pulpo_prometheus"]


def test_two_loads_do_not_share_numbers() -> None:
    first, second = (load_plugins(only={"pulpo_prometheus"}).sinks[0] for _ in range(2))
    assert first is not second


def test_its_settings_are_checked() -> None:
    for section in ({"max_names": 0}, {"max_tools": 5}):
        (record,) = load_plugins(only={"pulpo_prometheus"}, sections={"pulpo_prometheus": section}).records
        assert record.state == "quarantined"
        assert next(iter(section)) in record.reason
