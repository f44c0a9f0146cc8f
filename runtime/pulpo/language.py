"""Which language a message is in, Spanish or English, so that tools and planners answer in it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

_SPANISH: Final = frozenset(
    (
        "el la los las un una unos unas de del al que quiero quisiera queria para por con en es son si y o hola buenas"
        " buenos dias tardes noches gracias cuanto cuanta cuantos como cuando donde cual cuales tengo tenes tienes"
        " tienen tiene hay puedo podes puede podrias necesito me mi mis te tu su se lo le nos soy estoy esta este"
        " manana hoy pero mejor porfa favor dale vale vos usted che quien otra otro mas las primera ultima cambiar"
        " hacer quieres queres lunes martes miercoles jueves viernes sabado domingo pasado nombre llamo cuesta sale"
        " ninguno ninguna eso esa q xq pa kiero ke ola holis tb"
    ).split()
)
_ENGLISH: Final = frozenset(
    (
        "the an of to for with at is are and or hello hi hey thanks thank you please how much many what when where"
        " which who i i'd i'm i'll my we our us your can could would want need like have has do does did it this that"
        " these on tomorrow today but rather instead yes morning afternoon evening not don't from be will there any"
        " name some monday tuesday wednesday thursday friday saturday sunday last one first it's what's let's get by"
        " im id ill whats dont cant pls plz thx u ur tmrw"
    ).split()
)
_WORD: Final = re.compile(r"[^\W\d_]+(?:'[^\W\d_]+)?")
_BARE: Final = str.maketrans("áéíóúüñ’", "aeiouun'", "\u0301\u0303\u0308")

_LOOKED_AT: Final = 400
"""Characters; what a language is shows early."""


def spoken_language(text: str, *, before: str | None = None) -> str | None:
    """Guess the language of ``text`` (``es`` or ``en``) from its small words; None when they do not tell.

    It takes two words more to leave the language spoken ``before``: one may be a name or a loan.
    """
    words = _WORD.findall(text[:_LOOKED_AT].lower().translate(_BARE))
    spanish = english = 0
    for word in words:
        spanish += word in _SPANISH
        english += word in _ENGLISH or word.endswith("'s")
    likelier, lead = ("es", spanish - english) if spanish > english else ("en", english - spanish)
    return likelier if lead >= (1 if before in (None, likelier) else 2) else before


def answer_locale(text: str, *, given: str | None, before: str | None, languages: Sequence[str]) -> str:
    """Return the BCP 47 tag to answer in.

    ``given`` is what the client says of itself, ``before`` the language of the conversation so far, ``languages``
    what the business speaks, its first choice first. Whoever writes in another of those languages is answered
    in it; a message that does not tell goes on as before.
    """
    declared = given or languages[0]
    primary = declared.partition("-")[0].lower()
    spoken = spoken_language(text, before=before) or primary
    if spoken == primary:
        return declared
    return next((tag for tag in languages if tag.partition("-")[0].lower() == spoken), declared)
