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
    "por favor porfa please gracias thanks ok bueno che si yes eh well y and actually mejor entonces then just vale "
    "dale genial listo great pues venga ah oh alright so today hoy a ti you too igualmente".split()
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
        correction=corrects(said),
    )


def corrects(said: Sequence[str]) -> bool:
    """Whether what follows takes something back: its first word that is no mere sound does."""
    first = next((word for word in said if word not in lexicon.SOUNDS), "")
    return first in lexicon.CORRECTIONS


def puts_off(text: str) -> bool:
    """Whether a text turns down what was proposed, or has no further wish: "not right now", "no, that's all"."""
    return bool(_PUTS_OFF.match(fold(text).lstrip(" ¡")))


def opens_with_yes(text: str) -> bool:
    """Whether a text begins with a yes, whatever follows."""
    return bool(_OPENS_WITH_YES.match(fold(text).lstrip(" ¡")))


def asks_for_a_person(text: str) -> bool:
    """Whether somebody wants to talk to a person, or to know whether we are one."""
    return bool(_PERSON.search(fold(text)))


def is_upset(text: str) -> bool:
    """Whether somebody complains or insults."""
    return bool(_UPSET.search(fold(text)))


def asks_why(text: str) -> bool:
    """Whether somebody asks for a reason."""
    return bool(_WHY.search(fold(text)))


def withholds(text: str) -> bool:
    """Whether somebody would rather not tell what was asked for."""
    return bool(_WITHHOLDS.search(fold(text)))


def any_time(text: str) -> bool:
    """Whether somebody has no wish for an hour."""
    return bool(ANY_TIME.search(fold(text)))


ANY_TIME: Final = re.compile(
    r"\b(?:(?:at )?any ?time(?: (?:works|will do|is fine|is good|is ok)(?: for me)?)?"
    r"(?! (?:after|before|between|from|on|in))"
    r"|(?:a )?cualquier hora(?: me (?:va|viene|sirve|queda)(?: bien)?)?(?! (?:antes|despues|entre|de|por))"
    r"|a la hora que (?:sea|quieras|puedas)|no matter (?:what|which) time|the time doesn't matter"
    r"|me da igual la hora)\b"
)
_PERSON: Final = re.compile(
    r"\b(?:eres|sos|es esto|esto es|es) (?:un |una )?(?:robot|bot|maquina|ia|persona(?: real)?|humano)\b"
    r"|\b(?:hablar|hablo|comunic\w+|pas[ae]\w*|contact\w+|atiend\w+|atend\w+)(?: me)? (?:con |por )?(?:una?|alguna) "
    r"(?:persona|humano|agente|operador[a]?|ser humano)\b"
    r"|\b(?:are|r) (?:you|u) (?:an? |really an? )?(?:(?:real )?(?:robot|bot|ai|human|person)|machine)\b"
    r"|\b(?:talk|speak|chat)(?:ing)? (?:to|with) (?:an? |some )?(?:real |actual )?"
    r"(?:human|person|agent|someone|somebody|operator)\b"
    r"|\b(?:real|actual) (?:human|person)\b|\bhuman (?:agent|please)\b"
)
_UPSET: Final = re.compile(
    r"\b(?:mierda|gilipollas|idiotas?|imbecil(?:es)?|inutil(?:es)?|estupid[oa]s?|pelotud[oa]s?|boludos?|cabron(?:es)?|"
    r"puta|put[oa]s|carajo|joder|verguenza|un asco|un desastre|pesim[oa]|fatal|horrible|cansad[oa] de|har[ts][oa]|"
    r"useless|ridiculous|stupid|idiots?|awful|terrible service|crap|shit\w*|fuck\w*|bullshit|damn|wtf|appalling|"
    r"disgrace\w*|hate you|worst|rubbish|incompetent|angry|furious|complain\w*|quejar\w*|queja)\b"
)
_WHY: Final = re.compile(r"\b(?:(?:para|por) que|why|what (?:do you need|for)|how come|what's (?:it|that) for)\b")
_WITHHOLDS: Final = re.compile(
    r"\b(?:prefiero|preferiria|mejor) no (?:darl?[oa]?|decirl?[oa]?|dar|decir)\w*"
    r"|\bno (?:(?:te|le|os|se|lo|la|les) )*(?:quiero|voy a|pienso|puedo|me apetece) (?:dar|decir)\w*\b"
    r"|\bno (?:(?:te|le|os|se|lo|la|les) )+(?:doy|digo)\b"
    r"|\b(?:rather not|prefer not to)\b"
    r"|\b(?:won't|not going to|don't (?:want|like) to|not gonna) (?:say|give|tell|share|provide)\b"
    r"|\bnot (?:giving|telling|sharing)\b|\bnone of your\b|\bno es asunto tuyo\b|\bes privado\b|\bit's private\b"
)
_LEAD_IN: Final = (
    r"(?:(?:ok|okay|well|great|thanks|thank you|gracias|bueno|vale|dale|perfecto|genial|eh|actually|mm+)[,.!]* )*"
)
_WILL_TELL: Final = (
    r"ya (?:os|te|le|les) (?:digo|dire|aviso|avisare|cuento|llamo)\b|(?:me )?lo (?:pienso|pensare|consulto)\b"
    r"|i'll (?:let you know|think about it|get back to you|call (?:you )?back)\b|let me think\b"
)
_NOT_NOW: Final = (
    r"not (?:(?:right|just) )?(?:now|yet|today|at the moment)\b|(?:maybe|perhaps) (?:later|another|some|at|in|not)\b"
    r"|(?:some|an)other time\b|some other time\b|later\b|ahora no\b|por ahora no\b|todavia no\b|mas tarde\b"
    rf"|mas adelante\b|otro dia\b|en otro momento\b|quizas? (?:despues|luego|mas)\b|{_WILL_TELL}"
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
