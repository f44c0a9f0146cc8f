"""Children by label values, caps, and how they are written out."""

from __future__ import annotations

import threading
from bisect import bisect_left
from collections.abc import Callable

import pytest
from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.parser import text_string_to_metric_families

from pulpo_prometheus.catalogue import Metric
from pulpo_prometheus.children import Own, OwnNumber
from pulpo_prometheus.families import OTHER, Capped, Families, Family

EDGES = (0.1, 1.0, 5.0)
COUNTER = Metric(name="a_total", kind="counter", help="A.", labels=("x",))
GAUGE = Metric(name="b", kind="gauge", help="B.")
HISTOGRAM = Metric(name="c_seconds", kind="histogram", help="C.", labels=("x",), buckets=EDGES)


def maker(made: list[str]) -> Callable[[str], OwnNumber]:
    def make(name: str) -> OwnNumber:
        made.append(name)
        return OwnNumber()

    return make


def test_a_child_is_made_once() -> None:
    family = Family(COUNTER, Own().number)
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
    overflow = OwnNumber()
    capped = Capped(maker(made), limit=2, overflow=overflow)
    for name in ("a", "b", "c", "d", "a", "c"):
        capped[name].value += 1
    assert made == ["a", "b", OTHER]
    assert capped["a"].value == 2
    assert overflow.value == 3
    assert capped["zzz"].value == 3


def test_listed_names_have_their_place_whatever_comes_first() -> None:
    made: list[str] = []
    capped = Capped(maker(made), limit=1, overflow=OwnNumber(), always=("vip",))
    for name in ("a", "b", "vip"):
        capped[name].value += 1
    assert made == ["vip", "a", OTHER]
    assert capped["vip"].value == 1


def test_a_name_that_looks_like_the_rest_is_the_rest() -> None:
    made: list[str] = []
    capped = Capped(maker(made), limit=5, overflow=OwnNumber())
    assert capped[OTHER] is capped[OTHER]
    assert made == [OTHER]


@pytest.mark.parametrize(("limit", "expected"), [(2, ["a", "b"]), (1, [])])
def test_expected_names_are_made_ahead_when_all_fit(limit: int, expected: list[str]) -> None:
    made: list[str] = []
    overflow = OwnNumber()
    Capped(maker(made), limit=limit, overflow=overflow).expect(("a", "b"))
    assert (made, overflow.value) == (expected, 0)


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
