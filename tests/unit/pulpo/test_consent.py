"""A wrong yes is a wrong effect: the tables below are mostly about what must not count."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from pulpo.consent import Consent, read_consent

YES = """
sí|si|Sí.|SI!!|sii|siii|sip|Sí, gracias|si por favor|sí porfa|dale|Dale!|daleee|ok|OK|okey|okay|ok perfecto
ok, dale|perfecto|Perfecto, gracias|confirmo|Sí, confirmo|confirmado|lo confirmo|vale|Vale, perfecto|claro
claro que sí|por supuesto|de acuerdo|está bien|bueno dale|listo|adelante|hacelo|hazlo|Hágale|órale|de una|sí sí
yes|Yes please|yes, please.|yep|yeah|sure|sure, thanks|go ahead|sounds good|that's right|Yes, that's fine
of course|do it|confirm|I confirm|👍|👍🏽|ok 👍|sí 🙏|✅|✔️|super, dale
"""
NO = """
no|No.|NO!|noo|nop|nope|nah|no gracias|No, gracias.|no no|mejor no|claro que no|ahora no|todavía no|no quiero
no lo hagas|no thanks|no, thank you|not now|of course not|please don't|don't do it|👎|❌|no 🙏
"""
NEITHER = """
|   |?|sí?|¿sí?|ok?|sí, pero a las 6|si puedo|si hay lugar|sí a las 6|sí, con Ana|no, mejor el jueves|no, a las 6
yes but with Ana|yes, on Friday|no, Friday|ok no|sí no|no sí|no, está bien|gracias|thanks|bueno|hola|dale a las 5
cancelá eso|cancelalo|sí, cancelalo|olvidalo|never mind|sí y también el martes|no sé|no entiendo|no problem|why not
por qué no|1|10|sí 10|👍 10|yes?|👍?|sí, soy Ana|yes I'm Ana|perfecto para el martes|ok espera|wait|un momento
sí quiero saber el precio|yes or no|sí o no|quizás|maybe|creo que sí|I think so|supongo|not bad|no está mal|🙏|🙂
si no hay otra|sí, si es con Ana|no puedo|ya|no va|va a ser que no|ok pero más tarde|sure, what time|great, how much
"""


def cells(table: str) -> list[str]:
    return [cell for line in table.strip("\n").splitlines() for cell in line.split("|")]


@pytest.mark.parametrize("text", cells(YES))
def test_a_plain_yes_counts(text: str) -> None:
    assert read_consent(text) == "yes"


@pytest.mark.parametrize("text", cells(NO))
def test_a_plain_no_counts(text: str) -> None:
    assert read_consent(text) == "no"


@pytest.mark.parametrize("text", cells(NEITHER))
def test_anything_else_is_neither(text: str) -> None:
    assert read_consent(text) is None


@given(st.text(max_size=200))
def test_no_text_raises(text: str) -> None:
    assert read_consent(text) in ("yes", "no", None)


WORDS = st.text(alphabet="abcdefghijklmnñopqrstuvwxyzáéíóú0123456789", min_size=1, max_size=12)


@given(st.sampled_from(cells(YES) + cells(NO)), WORDS)
def test_a_word_beyond_the_lexicon_takes_the_answer_away(plain: str, word: str) -> None:
    assume(read_consent(f"sí {word}") is None and read_consent(f"no {word}") is None)
    assert read_consent(f"{plain} {word}") is None


@pytest.mark.parametrize(
    "content", ["jueves", "seis", "ana", "tarde", "pero", "pizza", "thursday", "but", "later", "5"]
)
@pytest.mark.parametrize("plain", ["sí", "no", "dale", "yes please", "no thanks", "👍"])
def test_content_beside_a_plain_answer_is_neither(plain: str, content: str) -> None:
    assert read_consent(f"{plain} {content}") is None
    assert read_consent(f"{content}, {plain}") is None


def test_a_long_text_is_neither() -> None:
    assert read_consent("sí " * 20) == "yes"
    assert read_consent("sí " * 40) is None


CANCEL: Mapping[Consent, Sequence[str]] = {
    "yes": ("cancélala", "cancel it", "sí cancela", "yes cancel"),
    "no": ("keep it", "no la canceles", "mejor déjala"),
}
BOOK: Mapping[Consent, Sequence[str]] = {"yes": ("resérvala", "book it")}


@pytest.mark.parametrize(
    "text",
    ["sí, cancélala", "Cancelala", "yes, cancel it please", "sí, cancela", "dale, cancélala", "eh… sí, cancélala"],
)
def test_what_a_tool_declares_is_a_yes_to_it(text: str) -> None:
    assert read_consent(text, CANCEL) == "yes"
    assert read_consent(text) is None
    assert read_consent(text, BOOK) is None


@pytest.mark.parametrize(
    "text", ["no, keep it", "keep it please", "no la canceles", "No, gracias, keep it", "mmm no, mejor déjala"]
)
def test_what_a_tool_declares_is_a_no_to_it(text: str) -> None:
    assert read_consent(text, CANCEL) == "no"
    assert read_consent(text, BOOK) is None


@pytest.mark.parametrize(
    "text", ["no, cancélala", "yes, keep it", "cancélala el viernes", "cancela", "sí, cancélala y resérvala", "keep"]
)
def test_declared_answers_are_as_precise_as_the_plain_ones(text: str) -> None:
    assert read_consent(text, CANCEL) is None


THEN_ASKED = """
Yes, that's correct. What is the address?|Sure, that's fine. How long will it take?|Yes. What's their phone number?
That is correct. Can you tell me the price?|Sí, perfecto. ¿Cuál es la dirección?|Dale. ¿Me pasás el teléfono?
Yea, all that sounds great. I confirm. Also can you tell me their number?|Yes that works, what's the address?
Yes that's fine and could you give me the address?|Sí. ¿Cuánto cuesta?
Yes, that works. What is the address? What is their phone number?
"""
THEN_MORE = """
Yes. Can you make it on Friday?|Yes. What about Friday?|Yes. Is there anything later?|Sí. ¿Puede ser a las 5?
Yes, what is the address?|Yes. What is the address if I come by bus?|Yes. But what does it cost?|Sí. ¿Y con Ana?
Yes, how much is it?|Sure, what is the price?|Yes that works, what about Friday?|Yes. How much is it for 2?
Sí. ¿Cuánto cuesta la otra?|What is the address?|Yes. What do you have later?|Sí. ¿Dónde es? Mejor el jueves
Ok. What's available on Friday?|Great. What is the address?|bueno. ¿dónde es?|Fine. How much is it?|
Yes. I want the other one|Sí. ¿Cuál es más barato?
"""


@pytest.mark.parametrize("text", cells(THEN_ASKED))
def test_a_yes_stays_one_before_a_sentence_that_only_asks(text: str) -> None:
    assert read_consent(text) == "yes"


@pytest.mark.parametrize("text", cells(THEN_MORE))
def test_what_follows_a_yes_may_wish_for_something_else(text: str) -> None:
    assert read_consent(text) is None


AGREEING = """
Yes, that would also be fine with me.|That is all correct|that will still work for me
Okay, that sounds about right. Thanks.|yes that fits my schedule perfectly|That time will work well.
everything looks good|Yes, all the details are correct|it is perfect|Sí, así está perfecto|me viene muy bien
Sí, todo es correcto, gracias|los datos son correctos
"""
NOT_AGREEING = """
that is not correct|that would be fine if Ana can|that was fine before but|is that correct|that works?
that will not work|that isn't right|everything but the hour is correct|it would be better|no está todo bien
me viene muy bien el jueves|that would be great on Friday|eso no es correcto|así no está bien|that is good to know
the details are not right
"""


@pytest.mark.parametrize("text", cells(AGREEING))
def test_a_sentence_that_agrees_is_a_yes(text: str) -> None:
    assert read_consent(text) == "yes"


@pytest.mark.parametrize("text", cells(NOT_AGREEING))
def test_a_sentence_that_may_not_agree_is_none(text: str) -> None:
    assert read_consent(text) != "yes"
