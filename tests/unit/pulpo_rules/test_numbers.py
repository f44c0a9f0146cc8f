from __future__ import annotations

import pytest

from pulpo_rules.numbers import numbers


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("para 4 personas", [4]),
        ("dos o tres", [2, 3]),
        ("una grande", [1]),
        ("3,5 kg", [3.5]),
        ("a las 10:30", []),
        ("24/11", []),
        ("twelve", [12]),
        ("nada", []),
    ],
)
def test_numbers(text: str, values: list[float]) -> None:
    assert [number.value for number in numbers(text)] == values


def test_what_may_be_no_number_is_marked() -> None:
    assert [number.uncertain for number in numbers("una con 2")] == [True, False]


def test_neighbours_are_stems() -> None:
    assert "person" in numbers("para 4 personas")[0].beside
