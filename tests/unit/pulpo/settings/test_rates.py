import pytest

from pulpo.settings.rates import Rate, parse_rate


@pytest.mark.parametrize(
    ("text", "rate"),
    [
        ("60/minute", Rate(60, 60)),
        (" 5 / 10 seconds ", Rate(5, 10)),
        ("1/second", Rate(1, 1)),
        ("1000/2hours", Rate(1000, 7200)),
        ("3/day", Rate(3, 86400)),
    ],
)
def test_a_rate_is_read_as_people_write_it(text: str, rate: Rate) -> None:
    assert parse_rate(text) == rate


@pytest.mark.parametrize("text", ["", "60", "60/eon", "0/minute", "-1/minute", "5/0 seconds", "1.5/minute", "a/b"])
def test_what_is_no_rate_is_refused_with_an_example(text: str) -> None:
    with pytest.raises(ValueError, match="is not a rate such as 60/minute"):
        parse_rate(text)
