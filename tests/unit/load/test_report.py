"""A run's law, its plots and its page."""

from __future__ import annotations

from collections import Counter
from itertools import pairwise
from xml.etree import ElementTree as ET

import pytest

from load.figures import Second, Stage
from load.plot import Band, Line, chart, nice, ticks
from load.report import Check, Run, books_agree, html


@pytest.mark.parametrize(
    ("told", "rows", "holds"),
    [
        ({"a": 1, "b": 1}, {"a": 1, "b": 1}, True),
        ({"a": 1, "b": 1}, {"a": 1}, False),
        ({"a": 1}, {"a": 1, "b": 1}, False),
        ({"a": 1}, {"a": 2}, False),
        ({"a": 1, "b": 1}, {"a": 2}, False),
        ({}, {}, True),
    ],
)
def test_the_books_agree_person_by_person(told: dict[str, int], rows: dict[str, int], holds: bool) -> None:
    assert books_agree(Counter(told), Counter(rows)).holds is holds


def test_a_chart_is_xml_with_a_line_for_each_name_and_nothing_from_elsewhere() -> None:
    drawn = chart("T <b>", [0, 1, 2], [Line("a", [0, 5, 3]), Line("b", [1, 1, 1], step=True)], unit="ms")
    root = ET.fromstring(drawn)  # noqa: S314 - it is our own
    assert len(root.findall("{*}path")) == 2
    assert "href" not in drawn
    assert "T <b> (ms)" in [text.text for text in root.findall("{*}text")]


def test_lines_stay_inside_their_chart() -> None:
    drawn = chart("T", [0, 10], [Line("a", [0, 1037])], unit="", bands=[Band("x", -5, 50)])
    path = ET.fromstring(drawn).find("{*}path")  # noqa: S314
    assert path is not None
    points = [tuple(map(float, point.split())) for point in path.attrib["d"].replace("L", "M").split("M")[1:]]
    assert points == [(64, 226), (884, pytest.approx(226 - 1037 / 1200 * 182, abs=0.1))]


@pytest.mark.parametrize("value", [0.0007, 0.9, 1, 3, 10, 11, 99, 101, 6500])
def test_an_axis_ends_at_a_round_number_not_far_above(value: float) -> None:
    assert value <= nice(value) <= 1.51 * value


@pytest.mark.parametrize(("first", "last"), [(0, 44), (0, 299), (7, 8), (0, 24), (0, 3600)])
def test_ticks_are_few_and_apart_by_the_same(first: float, last: float) -> None:
    found = ticks(first, last)
    assert 4 <= len(found) <= 10
    assert first <= found[0]
    assert found[-1] <= last + 1e-9
    assert len({round(b - a, 9) for a, b in pairwise(found)}) == 1


def test_the_page_escapes_what_it_is_told_and_says_what_does_not_hold() -> None:
    run = Run(
        "<spike>",
        (Stage("before", 1, 1, 1, 0, 0, 1, 2, 3, 0, 0, 0),),
        (Second(0, 1, 1, 0, 0, 1, 2, 3, 0),),
        {"<i>": 1},
        1,
        1,
        (Check("a", "<script>", False),),
    )
    page = html(run)
    assert "<script" not in page
    assert "<i>" not in page
    assert "<td>NO</td>" in page
    assert not run.holds
