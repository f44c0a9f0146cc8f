"""What was loaded, what fails to listen, what is going on."""

from __future__ import annotations

import pulpo
from support.metrics import Page, loaded


def test_failing_sinks_are_counted() -> None:
    page = Page()
    page.tell(pulpo.SinkFailed("other", "ValueError"))
    assert page.value("pulpo_sink_errors_total", sink="other") == 1


def test_the_build_is_named() -> None:
    (sample,) = next(it for it in Page().sink.families.collect() if it.name == "pulpo_build_info").samples
    assert sample.labels["version"] == pulpo.__version__
    assert sample.value == 1


def test_plugins_are_shown_by_state() -> None:
    page = Page()
    assert page.value("pulpo_plugins", state="quarantined") == 0
    page.tell(loaded(sinks=("log",)))
    assert page.value("pulpo_plugins", state="active") == 5
    assert page.value("pulpo_plugins", state="quarantined") == 1
    assert page.value("pulpo_sink_errors_total", sink="log") == 0


def test_gauges_tell_what_was_told_last() -> None:
    page = Page()
    now = pulpo.Readings(turns_in_flight=3, breakers={"open": 2}, caches={"tools": 7})
    page.sink.process.readings = lambda: now
    assert page.value("pulpo_turns_in_flight") == 0
    page.sink.process.refresh()
    assert page.value("pulpo_turns_in_flight") == 3
    assert page.value("pulpo_active_circuit_breakers", state="open") == 2
    assert page.value("pulpo_active_circuit_breakers", state="half_open") == 0
    assert page.value("pulpo_cache_size", cache="tools") == 7
