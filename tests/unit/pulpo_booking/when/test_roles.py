"""C1-C3, C5: whatever way A is refused, corrected, moved away from or told in passing, only B counts."""

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from pulpo_booking.when import resolve

NOW = datetime(2026, 11, 24, 10, tzinfo=ZoneInfo("Europe/Madrid"))
SPANISH = (
    "{a} no, {b}",
    "{a} no puedo, {b} sí",
    "{a}, no, mejor {b}",
    "{a}... perdón, {b}",
    "{a}, digo, {b}",
    "no {a}, {b}",
    "mejor {b} que {a}",
    "{a} no puedo. {b} podrá ser?",
    "{a} me es imposible pero {b} puedo",
    "{a} se me complica, {b}?",
    "en vez de {a}, {b}",
    "{b} en lugar de {a}",
    "quería {a} pero mejor {b}",
    "dije {a} pero quise decir {b}",
    "cambiar de {a} a {b}",
    "tengo turno {a}, lo puedo pasar para {b}?",
    "me pasás el turno de {a} para {b}?",
    "mi cita es {a} pero necesito moverla a {b}",
    "{a} tengo una boda, puedo ir {b}?",
    "{a} viajo, necesito turno {b}",
    "es mi cumple {a}, tenés algo {b}?",
    "{b}, no {a}",
    "ni {a}, prefiero {b}",
    "estaba anotado {a}, me cambias a {b}",
    "{a} trabajo todo el día, {b} estaría bien",
    "para {a} no llego, {b}",
    "{a} no me queda bien, que tal {b}?",
    "perdón me equivoqué, no es {a}, es {b}",
    "al final {a} no voy a poder, {b} tenés?",
    "{a} ya no puedo, cambiame para {b}",
    "cualquier día menos {a}, {b} por ejemplo",
)
ENGLISH = (
    "not {a}, {b}",
    "{a} doesn't work, {b}?",
    "{a}, no wait, {b}",
    "{a}... sorry, {b}",
    "{a}, I mean {b}",
    "{a} no, {b}",
    "actually not {a}, {b}",
    "I can't do {a}. Is {b} ok?",
    "{a} is impossible but {b} is fine",
    "instead of {a}, {b}",
    "{b} instead of {a}",
    "I said {a} but I meant {b}",
    "change from {a} to {b}",
    "I have an appointment {a}, can I move it to {b}?",
    "can you move my appointment from {a} to {b}?",
    "my appointment is {a} but I need to change it to {b}",
    "I have a wedding {a}, can I come {b}?",
    "I'm travelling {a}, so I need {b}",
    "it's my birthday {a}, do you have anything {b}?",
    "{b}, not {a}",
    "{a} is no good for me, how about {b}?",
    "I'm busy {a}, but {b} works",
    "I won't be able to make it {a}, could we do {b}",
    "any day but {a}, maybe {b}",
    "{b} rather than {a}",
    "I'm not available {a}, what about {b}",
    "my flight is {a} so {b} please",
    "actually let's make it {b} instead of {a}",
    "reschedule my {a} appointment to {b}",
    "unfortunately {a} won't work. {b}?",
    "Can't make {a}, {b} ok?",
    "sorry I can't make it {a} anymore, can we do {b} instead?",
)
PAIRS = {
    "es-AR": (("el jueves", "el sábado"), ("el viernes 27", "el lunes 30"), ("el 10", "el 12")),
    "en-GB": (("Thursday", "Saturday"), ("on Friday the 27th", "on Monday the 30th"), ("the 10th", "the 12th")),
}


@pytest.mark.parametrize(("locale", "template"), [("es-AR", t) for t in SPANISH] + [("en-GB", t) for t in ENGLISH])
def test_only_b_counts(locale: str, template: str) -> None:
    for a, b in PAIRS[locale]:
        text = template.format(a=a, b=b)
        alone = resolve(b, now=NOW, locale=locale, tz="Europe/Madrid").as_dict()
        assert resolve(text, now=NOW, locale=locale, tz="Europe/Madrid").as_dict() == alone, text


@pytest.mark.parametrize(
    ("text", "date", "time"),
    [
        ("mañana a las 5, no, a las 6", "2026-11-25", "18:00"),
        ("Thursday at 3. Actually, 4.", "2026-11-26", "16:00"),
        ("el viernes a las 5 no, el sábado", "2026-11-28", None),
    ],
)
def test_a_corrected_time_keeps_the_date_and_a_corrected_date_drops_the_time(
    text: str, date: str, time: str | None
) -> None:
    locale = "en-GB" if text.startswith("Thursday") else "es-AR"
    found = resolve(text, now=NOW, locale=locale, tz="Europe/Madrid").as_dict()
    assert (found["date"], found["time"]) == (date, time)


def test_naming_only_what_is_to_be_moved_asks_back() -> None:
    found = resolve("quiero cambiar el turno del jueves", now=NOW, locale="es-AR", tz="Europe/Madrid")
    assert found.ambiguous
