"""The page in its two forms."""

from __future__ import annotations

import pytest
from prometheus_client.openmetrics.parser import text_string_to_metric_families as read_openmetrics
from prometheus_client.parser import text_string_to_metric_families as read_plain

from pulpo_prometheus.page import OPEN, PIECE, PLAIN, Form, form_of
from support.metrics import Page, finished, loaded

PROMETHEUS = "application/openmetrics-text;version=1.0.0,application/openmetrics-text;version=0.0.1;q=0.75,*/*;q=0.1"


@pytest.mark.parametrize(("accept", "form"), [("", PLAIN), ("*/*", PLAIN), ("text/plain", PLAIN), (PROMETHEUS, OPEN)])
def test_a_reader_gets_the_form_it_names(accept: str, form: Form) -> None:
    assert form_of(accept) is form


def test_openmetrics_carries_traces_and_plain_text_does_not() -> None:
    page = Page()
    page.tell(finished(duration=0.2, trace_id="4bf92f3577b34da6a3ce929d0e0e4736"))
    text = OPEN.write(page.registry).decode()
    exemplars = [it.exemplar for family in read_openmetrics(text) for it in family.samples if it.exemplar]
    assert [(it.labels["trace_id"], it.value) for it in exemplars] == [("4bf92f3577b34da6a3ce929d0e0e4736", 0.2)]
    assert b"trace_id" not in PLAIN.write(page.registry)


def test_no_series_tells_when_a_counter_was_born() -> None:
    page = Page()
    page.tell(finished())
    for text, read in ((OPEN.write(page.registry), read_openmetrics), (PLAIN.write(page.registry), read_plain)):
        names = {sample.name for family in read(text.decode()) for sample in family.samples}
        assert "pulpo_orchestrator_requests_total" in names
        assert [name for name in names if name.endswith("_created")] == []


@pytest.mark.parametrize("form", [PLAIN, OPEN], ids=["plain", "openmetrics"])
def test_a_long_family_is_written_in_pieces(form: Form, monkeypatch: pytest.MonkeyPatch) -> None:
    page = Page()
    page.tell(loaded(tools=tuple(f"tool{number}" for number in range(50))))
    whole = form.write(page.registry)
    pauses: list[int] = []
    monkeypatch.setattr("pulpo_prometheus.page.time.sleep", lambda _: pauses.append(len(pauses)))
    assert form.write(page.registry).count(b"pulpo_tool") == whole.count(b"pulpo_tool") > 10 * PIECE
    families = sum(1 for _ in page.registry.collect())
    assert len(pauses) > families + 10
