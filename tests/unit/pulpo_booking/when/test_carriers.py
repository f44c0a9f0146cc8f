"""An expression means the same in a sentence as alone: names, prices, phones and ages around it change nothing."""

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from pulpo_booking.when import resolve

NOW = datetime(2026, 11, 24, 10, tzinfo=ZoneInfo("Europe/Madrid"))
SPANISH = (
    "Hola! quería saber si tenés lugar {x}",
    "buenas, me podrías dar un turno {x} por favor?",
    "quiero reservar {x}",
    "necesito cita {x} para corte y color",
    "me anotás {x} a nombre de Julio",
    "soy Ana Martínez, dni 30.123.456, quisiera turno {x}",
    "{x} puede ser?",
    "{x} estaría perfecto, gracias!",
    "puedo ir {x} con mi hijo de 5 años?",
    "hola como va, mi nombre es Abril, se puede {x}?",
    "somos 2 personas, {x}",
    "hola q tal kiero ir {x} si hay lugar",
    "dale, agendame {x} entonces",
    "y {x}?",
    "me gustaría {x}, cuánto sale el corte?",
    "si, {x} me viene bárbaro",
    "tenes disponibilidad {x} con Domingo?",
    "confirmo {x}",
    "Buen día, para hacerme las manos {x} hay hueco? Mi tel es 11 5555 6666",
    "para una limpieza dental {x}",
    "vi en instagram que hacen color, {x} tienen algo?",
    "necesito que me atiendan {x} urgente",
    "hola buenas tardes me gustaria agendar una hora {x}",
    "che tenes {x}?",
)
SPANISH_EXPRESSIONS = (
    "el jueves",
    "el jueves a las 5",
    "mañana",
    "mañana a la tarde",
    "pasado mañana a las 10",
    "el viernes 27 a las 18hs",
    "el 3 de diciembre",
    "la semana que viene",
    "el lunes que viene a las 9 y media",
    "hoy a las 7",
    "el sábado a la mañana",
    "después de las 5",
    "entre las 3 y las 5",
    "el 10",
    "el 10/12 a las 11:30",
    "este finde",
    "el miércoles o el jueves",
    "a las 5 de la tarde",
    "de 3 a 5",
    "en dos semanas",
    "el martes de la semana que viene a las 4",
    "el próximo viernes",
    "a principios de diciembre",
    "el primer lunes de diciembre a las 12",
)
ENGLISH = (
    "Hi, do you have anything {x}?",
    "I'd like to book an appointment {x} please",
    "can you fit me in {x}?",
    "{x} works for me",
    "could I come in {x} for a haircut?",
    "hey, is there a slot {x}?",
    "my name is April and I'd like an appointment {x}",
    "I need a dentist {x}, my number is 555 123 4567",
    "how about {x}?",
    "ok {x} then",
    "what about {x}, would that be ok?",
    "Good morning! I was wondering if you could see me {x}",
    "any availability {x} for 2 people?",
    "let's do {x}",
    "book me in {x} with June",
    "yes, {x} please",
    "I'm looking for a massage {x}, how much is it?",
    "would {x} be possible? it's $30 right?",
    "sure, {x} is great, thank you!",
    "can my son who is 8 come {x}",
    "I want to get my nails done {x}",
    "hello I may need to come in {x}",
    "do u have space {x}",
)
ENGLISH_EXPRESSIONS = (
    "on Thursday",
    "Thursday at 5",
    "tomorrow",
    "tomorrow afternoon",
    "the day after tomorrow at 10",
    "on Friday the 27th at 6pm",
    "on December 3rd",
    "next week",
    "next Monday at 9:30",
    "today at 7",
    "Saturday morning",
    "after 5",
    "between 3 and 5",
    "on the 10th",
    "on 10/12 at 11:30",
    "this weekend",
    "Wednesday or Thursday",
    "at 5 in the afternoon",
    "from 3 to 5",
    "in two weeks",
    "Tuesday next week at 4",
    "next Friday",
    "in early December",
    "the first Monday in December at noon",
    "at half past two",
    "around 4ish",
    "on Monday at quarter to ten",
    "tonight at 8",
    "first thing tomorrow",
)


@pytest.mark.parametrize(("locale", "carrier"), [("es-AR", c) for c in SPANISH] + [("en-GB", c) for c in ENGLISH])
def test_a_sentence_around_it_changes_nothing(locale: str, carrier: str) -> None:
    for expression in SPANISH_EXPRESSIONS if locale == "es-AR" else ENGLISH_EXPRESSIONS:
        alone = resolve(expression, now=NOW, locale=locale, tz="Europe/Madrid").as_dict()
        assert alone["date"] or alone["time"] or alone["range"], expression
        text = carrier.format(x=expression)
        assert resolve(text, now=NOW, locale=locale, tz="Europe/Madrid").as_dict() == alone, text
