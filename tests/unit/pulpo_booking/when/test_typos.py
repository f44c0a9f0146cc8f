"""Misspelt names are found, ordinary words are left alone."""

import pytest

from pulpo_booking.when.typos import correct, distance
from pulpo_booking.when.words_en import EN
from pulpo_booking.when.words_es import ES


@pytest.mark.parametrize(
    ("word", "symbol"),
    [
        ("miercols", "W2"),
        ("mierocles", "W2"),
        ("juebes", "W3"),
        ("vienres", "W4"),
        ("sabdo", "W5"),
        ("setpiembre", "M09"),
    ],
)
def test_spanish_slips_are_corrected(word: str, symbol: str) -> None:
    assert correct(word, ES.typo_targets, ES.never_typos) == symbol


@pytest.mark.parametrize(
    ("word", "symbol"),
    [
        ("wedensday", "W2"),
        ("thrusday", "W3"),
        ("firday", "W4"),
        ("satruday", "W5"),
        ("feburary", "M02"),
        ("decmber", "M12"),
    ],
)
def test_english_slips_are_corrected(word: str, symbol: str) -> None:
    assert correct(word, EN.typo_targets, EN.never_typos) == symbol


@pytest.mark.parametrize(
    "word",
    "marcos marta martin marco abrir entero junior julia julian angosto nueves jueces siempre vienes mario gusto "
    "manzana clientes dinero octavo martina partes".split(),
)
def test_ordinary_spanish_words_stay(word: str) -> None:
    assert correct(word, ES.typo_targets, ES.never_typos) is None


@pytest.mark.parametrize(
    "word", "money monkey friend friends match gust remember someday everyday warning sunny".split()
)
def test_ordinary_english_words_stay(word: str) -> None:
    assert correct(word, EN.typo_targets, EN.never_typos) is None


def test_distance_counts_a_swap_of_neighbours_once_and_stops_at_the_limit() -> None:
    assert distance("vienres", "viernes", 2) == 1
    assert distance("viernes", "viernes", 1) == 0
    assert distance("lunes", "domingo", 1) == 2


@pytest.mark.parametrize(
    ("word", "symbol"),
    [("avril", "M04"), ("marso", "M03"), ("disiembre", "M12"), ("henero", "M01"), ("zavado", "W5"), ("biernes", "W4")],
)
def test_what_is_written_as_it_sounds_is_understood(word: str, symbol: str) -> None:
    assert correct(word, ES.typo_targets, ES.never_typos, ES.sounds) == symbol


@pytest.mark.parametrize("word", ["vienes", "martas", "cabra", "lances", "quise", "queso", "chaval"])
def test_words_that_sound_otherwise_are_left_alone(word: str) -> None:
    assert correct(word, ES.typo_targets, ES.never_typos, ES.sounds) is None
