"""Counting, and how it is written out."""

from __future__ import annotations

import threading
from bisect import bisect_left

from hypothesis import given
from hypothesis import strategies as st
from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.parser import text_string_to_metric_families

from pulpo_prometheus.catalogue import Metric
from pulpo_prometheus.children import OTHER, Capped, Families, Family, Number, Spread

EDGES = (0.1, 1.0, 5.0)
COUNTER = Metric(name="a_total", kind="counter", help="A.", labels=("x",))
GAUGE = Metric(name="b", kind="gauge", help="B.")
HISTOGRAM = Metric(name="c_seconds", kind="histogram", help="C.", labels=("x",), buckets=EDGES)


@given(st.lists(st.floats(min_value=0, max_value=100) | st.sampled_from(EDGES)))
def test_buckets_are_cumulative_and_their_edges_belong_to_them(values: list[float]) -> None:
    spread = Spread(EDGES)
    for value in values:
        spread.observe(value)
    buckets, total = spread.buckets()
    expected = [(edge, sum(value <= edge for value in values)) for edge in (*EDGES, float("inf"))]
    assert [(float(edge), count) for edge, count in buckets] == expected
    assert total == sum(values)


def test_a_child_is_made_once() -> None:
    family = Family(COUNTER, Number)
    family.child("a").value += 1
    family.child("a").value += 1
    assert [(labels, child.value) for labels, child in family.children()] == [(("a",), 2.0)]


def test_what_prometheus_reads_is_what_was_counted() -> None:
    families = Families()
    families.numbers(COUNTER).child('quo"te\n').value = 3
    families.numbers(GAUGE).child().value = -1.5
    families.spreads(HISTOGRAM).child("y").observe(0.5)
    registry = CollectorRegistry()
    registry.register(families)
    page = generate_latest(registry).decode()
    samples = {
        (sample.name, *sorted(sample.labels.items())): sample.value
        for family in text_string_to_metric_families(page)
        for sample in family.samples
    }
    assert samples == {
        ("a_total", ("x", 'quo"te\n')): 3,
        ("b",): -1.5,
        ("c_seconds_bucket", ("le", "0.1"), ("x", "y")): 0,
        ("c_seconds_bucket", ("le", "1.0"), ("x", "y")): 1,
        ("c_seconds_bucket", ("le", "5.0"), ("x", "y")): 1,
        ("c_seconds_bucket", ("le", "+Inf"), ("x", "y")): 1,
        ("c_seconds_count", ("x", "y")): 1,
        ("c_seconds_sum", ("x", "y")): 0.5,
    }


def test_names_beyond_the_cap_share_a_child_and_are_counted() -> None:
    made: list[str] = []
    overflow = Number()

    def make(name: str) -> Number:
        made.append(name)
        return Number()

    capped = Capped(make, limit=2, overflow=overflow)
    for name in ("a", "b", "c", "d", "a", "c"):
        capped[name].value += 1
    assert made == ["a", "b", OTHER]
    assert capped["a"].value == 2
    assert overflow.value == 3
    assert capped["zzz"].value == 3


def test_a_scrape_in_another_thread_does_not_stumble_over_new_children() -> None:
    families = Families()
    family = families.spreads(HISTOGRAM)
    failures: list[Exception] = []
    done = threading.Event()

    def scrape() -> None:
        while not done.is_set():
            try:
                list(families.collect())
            except Exception as error:
                failures.append(error)

    thread = threading.Thread(target=scrape)
    thread.start()
    for number in range(5000):
        family.child(str(number)).observe(bisect_left(EDGES, number))
    done.set()
    thread.join()
    assert failures == []
