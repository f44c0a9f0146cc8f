from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pulpo.evaluation.cases import CallPattern
from pulpo.evaluation.judging import judge
from pulpo.evaluation.scoring import score, scores, wilson


@pytest.mark.parametrize(
    ("right", "total", "low", "high"),
    [
        # Newcombe, Statistics in Medicine 17 (1998) 857-872, table I, method 3 (score without continuity correction).
        (81, 263, 0.2553, 0.3662),
        (15, 148, 0.0624, 0.1605),
        (0, 20, 0.0000, 0.1611),
        (1, 29, 0.0061, 0.1718),
    ],
)
def test_intervals_are_those_of_the_literature(right: int, total: int, low: float, high: float) -> None:
    assert wilson(right, total) == pytest.approx((low, high), abs=5e-5)


@given(st.integers(1, 500).flatmap(lambda total: st.tuples(st.integers(0, total), st.just(total))))
def test_an_interval_holds_its_share_and_mirrors(trial: tuple[int, int]) -> None:
    right, total = trial
    low, high = wilson(right, total)
    assert 0 <= low <= right / total <= high <= 1
    assert wilson(total - right, total) == pytest.approx((1 - high, 1 - low))


def test_of_nothing_nothing_is_known() -> None:
    assert wilson(0, 0) == (0.0, 1.0)


@pytest.fixture
def judgements(record: Any) -> list[Any]:
    """One right, one wrong with an unasked effect, one that leaks, one skipped."""
    return [
        judge(record(case={"tags": ("b", "a")})),
        judge(record(effects=[("note", {})], case={"tags": ("a",), "effects": (CallPattern("read"),)})),
        judge(record(reply="Pedro", case={"tags": ("b",), "secrets": ("Pedro",)})),
        judge(record(skipped="why not", case={"tags": ("b",)})),
    ]


def test_a_score_counts_what_was_held(judgements: list[Any]) -> None:
    found = score("all", judgements)
    assert (found.dialogues, found.right, found.unasked, found.leaks, found.skipped) == (3, 2, 1, 1, 1)
    assert found.share == pytest.approx(2 / 3)
    assert (found.low, found.high) == wilson(2, 3)


def test_every_tag_and_both_parts_have_a_score(judgements: list[Any]) -> None:
    found = {each.group: each.dialogues for each in scores(judgements)}
    assert list(found) == ["all", "development", "held out", "tag a", "tag b"]
    assert found["development"] + found["held out"] == found["all"] == 3
    assert (found["tag a"], found["tag b"]) == (2, 2)
