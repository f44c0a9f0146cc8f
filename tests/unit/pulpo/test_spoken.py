"""Telephone numbers said in words, as voice messages are written down."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pulpo.spoken import FEWEST_DIGITS, spoken_numbers
from pulpo.telling import tells


@pytest.mark.parametrize(
    ("text", "digits"),
    [
        ("mi número es el seis cuatro cuatro once veintidós treinta y tres", "644112233"),
        ("seiscientos cuarenta y cuatro, once, veintidós, treinta y tres", "644112233"),
        ("no, seis uno dos, treinta y cuatro, cincuenta y seis, setenta y ocho", "612345678"),
        ("it's five five five eight six seven five three oh nine", "5558675309"),
        ("oh seven seven double oh nine hundred", ""),
        ("oh seven seven double oh, nine double one, two three four", "07700911234"),
        ("once dos 22 33 cuarenta y uno nueve", "1122233419"),
    ],
)
def test_digits_in_words_are_put_together(text: str, digits: str) -> None:
    assert "".join(each.digits for each in spoken_numbers(text)) == digits


@pytest.mark.parametrize(
    "text",
    [
        "a las seis y media",
        "somos dos, tres o cuatro",
        "el veintitrés de mayo a las once",
        "one or two, maybe three",
        "",
        "ß",
    ],
)
def test_a_few_number_words_are_no_telephone(text: str) -> None:
    assert spoken_numbers(text) == []


def test_its_place_is_told() -> None:
    text = "Soy Ana, seis uno dos tres cuatro cinco seis siete ocho, gracias"
    (found,) = spoken_numbers(text)
    assert text[slice(*found.span)] == "seis uno dos tres cuatro cinco seis siete ocho"


def test_a_number_that_was_spelt_was_told() -> None:
    assert tells("seis cuatro cuatro once veintidós treinta y tres", "+34 644 112 233")
    assert not tells("seis cuatro cuatro once veintidós treinta y cuatro", "644112233")


@given(st.text(max_size=120))
def test_no_text_raises(text: str) -> None:
    for found in spoken_numbers(text):
        assert FEWEST_DIGITS <= len(found.digits) <= 15
        assert 0 <= found.span[0] < found.span[1] <= len(text)


@pytest.mark.parametrize(
    ("text", "digits"), [("seis once", ["611"]), ("212", ["212"]), ("el dos y el tres", ["2", "3"]), ("hola", [])]
)
def test_fewer_digits_count_for_who_asks_for_them(text: str, digits: list[str]) -> None:
    assert [each.digits for each in spoken_numbers(text, fewest_digits=1, fewest_words=1)] == digits
    assert spoken_numbers(text) == []
