"""What a message does apart from naming tools and values: greet, thank, ask for help, give up, agree, refuse."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Literal, TypeAlias

from pulpo_rules import lexicon
from pulpo_rules.text import fold, words

Act: TypeAlias = Literal["greeting", "thanks", "farewell", "help", "abort", "any"]

_BY_ACT: Final[Mapping[Act, Sequence[str]]] = {
    "greeting": lexicon.GREETINGS,
    "thanks": lexicon.THANKS,
    "farewell": lexicon.FAREWELLS,
    "help": lexicon.HELP,
    "any": lexicon.ANY,
    "abort": lexicon.ABORT,
}
_PHRASES: Final[Mapping[tuple[str, ...], Act]] = {
    tuple(phrase.split()): act for act, phrases in _BY_ACT.items() for phrase in phrases
}
_STRONGEST: Final[Sequence[Act]] = ("abort", "any", "help", "farewell", "thanks", "greeting")
"""Which act counts when a message holds several: "hola, ayuda" asks for help, "no gracias, chau" gives up."""

_LONGEST: Final = max(map(len, _PHRASES))
_TRAILERS: Final = frozenset(
    "por favor porfa please gracias thanks ok bueno che si yes eh well y and actually mejor entonces then just".split()
)


@dataclass(frozen=True, slots=True)
class Acts:
    """``whole`` is the act when the message is nothing else; ``opening`` and ``any`` may stand beside content.
    ``anyone`` says that it is a person who may be any."""

    whole: Act | None
    opening: bool
    any: bool
    anyone: bool
    question: bool
    correction: bool


def read_acts(text: str) -> Acts:
    """Read the acts of a message."""
    said = words(text)
    found, rest = _cover(said)
    return Acts(
        whole=_whole(found) if not rest or (rest == ["no"] and "abort" in found) else None,
        opening="greeting" in found,
        any="any" in found,
        anyone="any" in found and not lexicon.ANYONE.isdisjoint(said),
        question=is_question(text),
        correction=bool(said) and said[0] in lexicon.CORRECTIONS,
    )


def puts_off(text: str) -> bool:
    """Whether a text turns down what was proposed, or has no further wish: "not right now", "no, that's all"."""
    return bool(_PUTS_OFF.match(fold(text).lstrip(" ¡")))


def opens_with_yes(text: str) -> bool:
    """Whether a text begins with a yes, whatever follows."""
    return bool(_OPENS_WITH_YES.match(fold(text).lstrip(" ¡")))


_LEAD_IN: Final = r"(?:(?:ok|okay|well|thanks|thank you|gracias|bueno|eh|actually|mm+)[,.!]? )?"
_NOT_NOW: Final = (
    r"not (?:(?:right|just) )?(?:now|yet|today|at the moment)\b|(?:maybe|perhaps) (?:later|another|some|at|in|not)\b"
    r"|(?:some|an)other time\b|some other time\b|later\b|ahora no\b|por ahora no\b|todavia no\b|mas tarde\b"
    r"|mas adelante\b|otro dia\b|en otro momento\b|quizas? (?:despues|luego|mas)\b"
)
_PUTS_OFF: Final = re.compile(rf"{_LEAD_IN}(?:no\b(?! problem)|nope\b|nah\b|nothing\b|nada mas\b|{_NOT_NOW})")
_OPENS_WITH_YES: Final = re.compile(
    r"(?:(?:oh|ok|okay|well|bueno|ah)[,.!]? )?(?:yes|yea|yeah|yep|yup|sure|of course|certainly|absolutely|definitely|"
    r"most definitely|please|great|perfect|ok|okay|alright|all right|go ahead|lets|let's|si|dale|claro|vale|por favor|"
    r"perfecto|genial|bueno|obvio|adelante)\b"
)


def is_question(text: str) -> bool:
    """Whether a text asks something: by its mark, by the word it begins with, or by asking to be told."""
    if "?" in text or "¿" in text:
        return True
    if _INDIRECT.search(fold(text)):
        return True
    said = [word for word in words(text) if word not in _OPENERS]
    return bool(said) and said[0] in lexicon.QUESTION_WORDS


_INDIRECT: Final = re.compile(
    r"\b(?:dime|decime|digame|diganme|dinos|contame|cuentame|decirme|saber|preguntar\w*|me dices|me decis|avisame|"
    r"tell me|know|wondering|wonder|ask) (?:primero |antes |por favor |porfa |first |please )?"
    r"(?:de |a |por |con )?(?:que|cual|cuales|cuanto|cuanta|cuantos|cuando|donde|como|quien|si|what|which|how|when|"
    r"where|who|if|whether)\b"
)


def question_kinds(said: Iterable[str]) -> frozenset[str]:
    """Return what the question words among ``said`` ask for: a place, a person, a reason, an amount."""
    return frozenset(lexicon.QUESTION_KINDS[word] for word in said if word in lexicon.QUESTION_KINDS)


_OPENERS: Final = frozenset(
    "hola hello hi hey y and a ok bueno perdon sorry pero but buenas also tambien si yes por".split()
)


def without_openings(text: str) -> str:
    """Return ``text`` without a greeting at its beginning, so that "buenas tardes" tells no time."""
    folded = fold(text)
    for phrase in sorted(lexicon.GREETINGS, key=len, reverse=True):
        if folded.startswith(phrase) and not folded[len(phrase) : len(phrase) + 1].isalnum():
            return " " * len(phrase) + text[len(phrase) :]
    return text


def _cover(said: Sequence[str]) -> tuple[list[Act], list[str]]:
    """The acts found, longest phrase first, and the words that belong to none."""
    found: list[Act] = []
    rest: list[str] = []
    position = 0
    while position < len(said):
        for length in range(min(_LONGEST, len(said) - position), 0, -1):
            act = _PHRASES.get(tuple(said[position : position + length]))
            if act:
                found.append(act)
                position += length
                break
        else:
            if said[position] not in _TRAILERS:
                rest.append(said[position])
            position += 1
    return found, rest


def _whole(found: Sequence[Act]) -> Act | None:
    return next((act for act in _STRONGEST if act in found), None)
