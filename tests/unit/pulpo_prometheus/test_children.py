"""Counting."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from pulpo_prometheus.children import OwnSpread

EDGES = (0.1, 1.0, 5.0)


@given(st.lists(st.floats(min_value=0, max_value=100) | st.sampled_from(EDGES)))
def test_buckets_are_cumulative_and_their_edges_belong_to_them(values: list[float]) -> None:
    spread = OwnSpread(EDGES)
    for value in values:
        spread.observe(value)
    buckets, total = spread.buckets()
    expected = [(edge, sum(value <= edge for value in values)) for edge in (*EDGES, float("inf"))]
    assert [(float(bucket[0]), bucket[1]) for bucket in buckets] == expected
    assert total == sum(values)


def test_the_last_trace_of_a_bucket_is_its_example() -> None:
    spread = OwnSpread(EDGES, clock=lambda: 1000.0)
    for trace_id in ("a", "b", ""):
        spread.observe(0.5, trace_id)
    buckets, _ = spread.buckets()
    assert [len(bucket) for bucket in buckets] == [2, 3, 2, 2]
    example = buckets[1][2]  # type: ignore[misc]
    assert (example.labels, example.value, example.timestamp) == ({"trace_id": "b"}, 0.5, 1000.0)
