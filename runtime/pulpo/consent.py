"""A plain yes or a plain no to the summary of a pending call, in Spanish and English.

What is plain depends a little on the question: "cancel it" agrees to a cancellation and refuses a booking. So a tool
declares the `answers` that are plain after its own summary, and they are read together with the phrases below.

Precise rather than greedy: a wrong yes is a wrong effect in the world. A message counts only when every word of it
belongs to the phrases below and all of them point one way; a condition, a correction or any further word makes it
neither, and a planner reads it instead. The one thing that may follow is a sentence of its own that asks to be told
something ("Yes, that's right. What is the address?"): it asks for nothing else to be done, and takes nothing back.
Behind no more than an "ok" a question keeps everything open: who asks so may still be choosing.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from functools import lru_cache
from types import MappingProxyType
from typing import Final, Literal, TypeAlias

Consent: TypeAlias = Literal["yes", "no"]

MAX_LENGTH: Final = 80
"""Characters; whatever is longer is not a plain yes or no."""
MAX_TOGETHER: Final = 240
"""Characters that are looked at, with questions that follow."""

_YES: Final = """
si | sip | sipi | sep | seh | s i | si si | claro | claro que si | por supuesto | por supuesto que si | desde luego
como no | obvio | obvio que si | dale | dale que si | de una | va | vale | sale | orale | andale | hagale | listo
ok | oka | okey | okay | oki | okis | okei | de acuerdo | esta bien | asi esta bien | me parece bien | todo bien
todo correcto | perfecto | perfect | genial | excelente | barbaro | joya | buenisimo | correcto | exacto | asi es
confirmo | confirmado | confirmar | lo confirmo | confirmalo | confirmame | yo confirmo | si confirmo
me parece perfecto | me parece genial | esta perfecto | esta genial | todo perfecto | todo ok | de lujo | estupendo
fenomenal | fantastico | venga | venga vale | hecho | tal cual | eso mismo | oks | okas | simon | arre | eso es
esta correcto | me viene bien | me viene perfecto | me queda bien | de diez | ta bien | adelante | hacelo | hazlo
hagalo | hagamoslo | acepto | afirmativo | me sirve | me va bien | yes | yep | yeah | yup | yea | yas | ya yes
yes yes | sure | sure thing | of course | absolutely | definitely | certainly | go ahead | go for it | do it
please do | lets do it | confirm | confirmed | i confirm | confirm it | please confirm | correct | thats correct
thats right | thats fine | exactly | sounds good | sounds great | thats great | thats perfect | thats good
thats ok | thats okay | thats it | lovely | brilliant | wonderful | awesome | cool | thatll do | lets do that
you bet | aye | alright | all right | looks good | all good | fine | fine by me | works for me | that works | agreed
i agree | great | that is correct | that is right | that is fine | that is good | that is great | that is perfect
that is ok | that is okay | that is it | it is | it is correct | its correct | it is good | its good | its fine
that would be great | that would be good | that would be fine | that would be perfect | that would be lovely
that will be great | that will be good | that will be fine | that will be perfect | that would work | that will work
that would do | that should be good | that should work | that sounds good | that sounds great | that sounds perfect
that sounds right | sounds perfect | thats exactly it
thats it exactly | you got it | you got it right | you are correct | youre right
you are right | id like that | id like to do that | i would like that | im good with that | im fine with that
everything is correct | all correct | everything looks good | please try it | try it | try that | i can do that
that suits me | that time works | please make it | thatd be great | por mi bien | por mi esta bien
i can make that | i can make it | that still works | that works better | that works well | that time will work
that will work well | that time will work well | that sounds about right | that fits | that fits my schedule
everything seems correct | all of that is correct | that is all correct | thats all correct | make it so
eso esta bien | eso es correcto | es correcto | esta todo bien | esta todo correcto | todo esta bien | seria genial
seria perfecto | me parece correcto | me encaja | me parece
si senor | si senora | si senorita | yes sir | yes madam | go on | go on then | spot on | si si dale
ahora si | ahora esta bien
"""

_NO: Final = """
no | nop | nope | nah | na | nel | no no | mejor no | prefiero que no | claro que no | por supuesto que no
de ninguna manera | para nada | negativo | ahora no | por ahora no | todavia no | aun no | no quiero | no lo hagas
no lo haga | no confirmo | no confirmes | no lo confirmes | no estoy de acuerdo | no acepto | no way | of course not
certainly not | absolutely not | not now | not yet | rather not | id rather not | please dont | dont | do not
deja | deja nomas | mejor deja
dont do it | do not do it | please do not | dont confirm | do not confirm | no i dont | i dont want to | i dont
"""

_POLITE: Final = """
with me | to me | for me | as well | too | so much
gracias | muchas gracias | mil gracias | muchisimas gracias | por favor | porfa | porfi | porfavor | por fa | xfa
x favor | please | pls | plis | plz | thanks | thank you | thank you very much | thx | ty | many thanks | bueno
buen | bien | muy bien | super | che | amigo | amiga | pues
mm | hm | hmm | eh | em | um | uh | ah | ay | uy | oh | well | mira | look | ahi va | hasta luego
hasta pronto | hasta entonces | nos vemos | see you | see you then | see you soon
"""

_YES_SIGNS: Final = frozenset("👍👌✅✔☑🆗💯")
_NO_SIGNS: Final = frozenset("👎❌✖🚫⛔")
_POLITE_SIGNS: Final = frozenset("🙏🙂😊😀😃😄😁🙌👏❤💪🤝🎉✨😉☺")
_IGNORED: Final = frozenset("\ufe0f\u200d") | {chr(code) for code in range(0x1F3FB, 0x1F400)}
_SEPARATORS: Final = frozenset(" \t\r\n,.;!¡-…")
_SENTENCE: Final = re.compile(r"[.!]\s+")
_WHOSE: Final = "(?:the|their|his|her|its)"
_ASKING: Final = (
    r"what(?:s| is| are| wil)\b",
    r"how (?:much|long|far|do i|can i)\b",
    r"where (?:is|are|do)\b",
    rf"(?:please )?(?:can|could|would|may|might) (?:you|i|u) (?:please |also )?"
    rf"(?:tel me|give me|get (?:me )?{_WHOSE}|have {_WHOSE}|know)\b",
    rf"do you (?:know|have) {_WHOSE}\b",
    rf"(?:tel|give) me (?:what|where|how|{_WHOSE})\b",
    rf"let me know (?:what|where|how|{_WHOSE})\b",
    r"(?:a |en )?(?:cual|cuanto|cuanta|donde) ",
    r"(?:me )?(?:dices|decis|das|pasas|dirias|podrias decir|podrias pasar)\b",
    r"(?:dime|decime|dame|pasame|digame) ",
)
_ASKS: Final = re.compile(r"¿?(?:and |also |y |tambien |ademas |please |por favor )*¿?(?:" + "|".join(_ASKING) + ")")
"""How a sentence begins that asks to be told something; written as `_plain` makes it, without double letters."""
_THEN_ASKS: Final = re.compile(rf"(?:,| and|, and) (?={_ASKS.pattern})")
_CHANGES: Final = re.compile(
    r"\d|\b(?:but|if|unles|only|except|instead|rather|other|another|else|change|before|first|not|dont|wait|later|earlier|"
    r"pero|si|salvo|solo|otr[oa]s?|cambi\w+|antes|primero|mejor|no|espera|mas tarde|mas temprano|"
    r"cheaper|mas barat[oa])\b"
)
"""What may make a condition or another wish of it."""
_HEARD: Final = re.compile(
    r"(?:(?:ok|okay|oki|okey|okis|okas|k|bueno|bien|buenisimo|great|col|nice|fine|god|alright|al right|genial|y|and)"
    r"[ ,]*)+"
)
"""What may say no more than that something was heard; written as `_plain` makes it."""
_REPEATED: Final = re.compile(r"(\w)\1+")


def _plain(text: str) -> str:
    """Lower case, no accents, no repeated letters: «Sííí» and "sii" are "si"."""
    bare = "".join(char for char in unicodedata.normalize("NFD", text) if not unicodedata.combining(char))
    return _REPEATED.sub(r"\1", bare.casefold().replace("'", "").replace("’", ""))


def _phrases(listing: str) -> frozenset[tuple[str, ...]]:
    return frozenset(
        tuple(_plain(part).split()) for line in listing.splitlines() for part in line.split("|") if part.strip()
    )


Phrases: TypeAlias = Mapping[tuple[str, ...], str]

_PHRASES: Final[Phrases] = {
    **dict.fromkeys(_phrases(_POLITE) | {(sign,) for sign in _POLITE_SIGNS}, "polite"),
    **dict.fromkeys(_phrases(_YES) | {(sign,) for sign in _YES_SIGNS}, "yes"),
    **dict.fromkeys(_phrases(_NO) | {(sign,) for sign in _NO_SIGNS}, "no"),
}
_SIGNS: Final = _YES_SIGNS | _NO_SIGNS | _POLITE_SIGNS
_NO_ANSWERS: Final[Mapping[Consent, Sequence[str]]] = MappingProxyType({})


def _any_of(listing: str) -> str:
    return "|".join(_plain(word) for word in listing.split())


_WHAT: Final = (
    f"(?:(?:al )?(?:{_any_of('that this it everything all')})"
    "|(?:al )?(?:of )?(?:that|those|the) (?:time|details|info|information)(?: you have)?)"
)
_IS: Final = (
    rf"(?:{_any_of('is was are looks sounds seems')}|s"
    r"|(?:would|should|can|wil)(?: (?:also|stil|definitely|just))* be)"
)
_HOW: Final = _any_of(
    "all also still just perfectly exactly absolutely very pretty really quite totally about so definitely"
)
_GOOD: Final = _any_of(
    "correct right fine good great perfect ok okay excellent wonderful awesome lovely accurate fantastic ideal nice"
)
_WORKS: Final = (
    rf"(?:(?:would|should|wil|also|stil) )*(?:{_any_of('work works do does fits fit suits suit')})"
    r"(?: (?:great|fine|perfectly|wel|better|best|perfect|nicely))*"
)
_TAIL: Final = (
    r"(?: (?:for|with|by|to) me| to| as wel| again| (?:in |into |with )?my (?:schedule|calendar)| perfectly| thanks)*"
)
_BIEN: Final = _any_of("bien correcto correcta correctos perfecto perfecta genial ok estupendo excelente barbaro")
_AGREEING: Final = re.compile(
    rf"(?<!\S)(?:{_WHAT}(?: also| stil)?(?: |(?=s )){_IS}(?: (?:{_HOW}))*(?: (?:{_GOOD})){_TAIL}"
    rf"|{_WHAT} {_WORKS}{_TAIL}"
    rf"|(?:eso|asi|todo|todo eso|esta todo|los datos|me) (?:es|son|esta|estan|esta todo|suena|parece|viene|va|queda)"
    rf"(?: (?:muy|todo|super))* (?:{_BIEN}))(?!\S)"
)
"""Sentences that agree, which are too many to list: "that would also be fine with me", "me viene muy bien". A word
that is not foreseen in them, a "not" before all, leaves them what they are: no yes."""


@lru_cache(maxsize=256)
def _with(yes: tuple[str, ...], no: tuple[str, ...]) -> tuple[Phrases, int]:
    """The phrases with a tool's own, and the number of words of the longest."""
    own = {
        **dict.fromkeys(_phrases("|".join(yes)), "yes"),
        **dict.fromkeys(_phrases("|".join(no)), "no"),
    }
    phrases = {**_PHRASES, **own}
    return phrases, max(map(len, phrases))


def read_consent(text: str, answers: Mapping[Consent, Sequence[str]] = _NO_ANSWERS) -> Consent | None:
    """Return how ``text`` answers a yes-or-no question, or None when it says anything else as well.

    ``answers`` are further phrases that mean a plain yes or no to this question, as `Tool.answers` declares them.
    Never raises. What goes against both ways ("ok, no") is None: the user is asked again.
    """
    text = _without_questions(text)
    if len(text) > MAX_LENGTH:
        return None
    phrases, longest = _with(tuple(answers.get("yes", ())), tuple(answers.get("no", ())))
    ways = _kinds(_words(text), phrases, longest) - {"polite"}
    if ways == {"yes"}:
        return "yes"
    return "no" if ways == {"no"} else None


def _without_questions(text: str) -> str:
    """Return ``text`` without the sentences at its end that ask to be told something and may not mean a change."""
    if len(text) > MAX_TOGETHER:
        return text
    head, *asked = (each for each in _SENTENCE.split(_plain(text).strip()) if each.strip()) if text.strip() else ("",)
    while asked and not _ASKS.match(asked[0]):
        head = f"{head} {asked.pop(0)}"
    within = _THEN_ASKS.search(head)
    if within and _AGREEING.search(head[: within.start()]):
        # After no more than "sure" a question is about the yes, after a whole sentence that agrees it is another thing.
        head, asked = head[: within.start()], [head[within.end() :], *asked]
    plain = all(_ASKS.match(each) and not _CHANGES.search(each) for each in asked)
    return head if asked and plain and not _HEARD.fullmatch(head.rstrip(" .!,")) else text


def _words(text: str) -> list[str]:
    """Split into words and signs; any other character (a question mark, a digit) stays and matches nothing."""
    spaced = []
    for char in _plain(text):
        if char in _IGNORED:
            continue
        spaced.append(f" {char} " if char in _SIGNS else " " if char in _SEPARATORS else char)
    return _AGREEING.sub("yes", " ".join("".join(spaced).split())).split()


def _kinds(words: list[str], phrases: Phrases, longest: int) -> set[str]:
    """The kinds of the phrases that ``words`` are made of; empty when they are not made of phrases alone.

    Of several ways to cut them the one with longer phrases in front counts, so that "yes, cancel it" may be "yes" and
    "cancel it" where "yes cancel" leaves a word over.
    """
    cut: list[set[str] | None] = [*([None] * len(words)), set()]
    for start in reversed(range(len(words))):
        for end in range(min(start + longest, len(words)), start, -1):
            kind, rest = phrases.get(tuple(words[start:end])), cut[end]
            if kind and rest is not None:
                cut[start] = rest | {kind}
                break
    return cut[0] or set()
