"""Text as typed -> canonical text: lower case, no accents, one spelling, classes as symbols, offsets kept."""

import re
import unicodedata
from dataclasses import dataclass
from itertools import pairwise

from pulpo_booking.when.lexicon import Lexicon, Weak, ordinal
from pulpo_booking.when.typos import correct

MAX_CHARS = 1000
_TOKEN = re.compile(
    r"(?<=\d) ?[ap] ?\.? ?m\b\.?|\b[ap]\. ?m\b\.?|\b[ap] m\b"
    r"|\b2(?:moro|morrow|mrw|mo|day|nite|night)\b|\d+(?:st|nd|rd|th)\b|[a-z]+(?:'[a-z]+)*|\d+|\s+|[^\w\s]|\w"
)
_PLAIN = {
    "’": "'",
    "`": "'",
    "´": "'",
    "‘": "'",
    "–": "-",
    "—": "-",
    "−": "-",
    "“": "'",
    "”": "'",
    '"': "'",
    "\u00ad": "",
}
_ASCII = str.maketrans('*_"`', "  ''")
_NUMBER = re.compile(r"\d+(?:st|nd|rd|th)?$")
_REPEATED = re.compile(r"([a-z])\1{2,}")


@dataclass(frozen=True, slots=True)
class Canon:
    """Canonical text; character i of it stands for source characters `starts[i]` to `ends[i]`."""

    text: str
    starts: tuple[int, ...]
    ends: tuple[int, ...]

    def source_span(self, start: int, end: int) -> tuple[int, int]:
        return self.starts[start], self.ends[end - 1]


@dataclass(slots=True)
class _Token:
    source: str
    folded: str
    start: int
    end: int
    out: str


def _fold_char(char: str) -> str:
    if char in _PLAIN:
        return _PLAIN[char]
    if char in "¿¡*_":
        return " "
    base = unicodedata.normalize("NFKD", char)[:1].lower()[:1]
    return "" if unicodedata.combining(base) else base


def fold(text: str) -> tuple[str, list[int]]:
    """Folded text and, for each of its characters, the index it came from."""
    if text.isascii():
        return text.lower().translate(_ASCII), list(range(len(text)))
    pieces = [(_fold_char(char), index) for index, char in enumerate(text)]
    return "".join(p for p, _ in pieces), [index for piece, index in pieces for _ in piece]


def _tokens(text: str) -> list[_Token]:
    folded, at = fold(text)
    found = []
    for match in _TOKEN.finditer(folded):
        start, end = at[match.start()], at[match.end() - 1] + 1
        found.append(_Token(text[start:end], match.group(), start, end, match.group()))
    return found


def _spelled(word: str, lexicon: Lexicon) -> str:
    """A word's canonical spelling: listed, drawn out ("holaaa"), or misspelt by an edit or two."""
    if word in lexicon.words:
        return lexicon.words[word]
    if word.endswith("ish") and lexicon.words.get(word[:-3], "").isdigit():
        return lexicon.words[word[:-3]] + "ish"
    short = _REPEATED.sub(r"\1", word)
    if short != word:
        return lexicon.words.get(short, short)
    return correct(word, lexicon.typo_targets, lexicon.never_typos, lexicon.sounds) or word


def _neighbour(tokens: list[_Token], index: int, step: int) -> _Token | None:
    """The next token that is not white space or a full stop."""
    index += step
    while 0 <= index < len(tokens):
        if not tokens[index].folded.isspace() and tokens[index].folded != ".":
            return tokens[index]
        index += step
    return None


def _keeps_company(weak: Weak, before: _Token | None, after: _Token | None) -> bool:
    if weak.number_before and before is not None and (_NUMBER.match(before.out) or before.out in ("de", "of")):
        return True
    if weak.number_after and after is not None and (_NUMBER.match(after.out) or after.out in ("first", "second")):
        return True
    if before is not None and before.out in weak.before:
        return True
    return before is None and bool(weak.followed_by) and (after is None or after.out in weak.followed_by)


def _is_name(tokens: list[_Token], index: int, lexicon: Lexicon, *, shouting: bool) -> bool:
    """N1: "soy Abril", "Julio Gómez"; a number beside it makes it a date again."""
    token, before, after = tokens[index], _neighbour(tokens, index, -1), _neighbour(tokens, index, 1)
    if after is not None and _NUMBER.match(after.out):
        return False
    if before is not None and (before.out in lexicon.name_before or before.out in lexicon.names):
        return True
    if shouting or not token.source[:1].isupper():
        return False
    if before is not None and before.folded in ("para", "de", "a") and token.folded != "domingo":
        return before.folded != "de"
    return after is not None and after.source[:1].isupper() and after.folded not in lexicon.words


def _spell_all(tokens: list[_Token], lexicon: Lexicon) -> None:
    for token in tokens:
        if token.folded[0].isalpha() or token.folded[-1].isalpha():
            token.out = _spelled(token.folded, lexicon)
        if (
            token.folded.lstrip()[:1] in ("a", "p")
            and token.folded.rstrip(".")[-1:] == "m"
            and (len(token.folded.strip(". ").replace(".", "").replace(" ", "")) == 2)
        ):
            token.out = token.folded.strip()[0] + "m"
        elif token.folded.isspace():
            token.out = " ; " if "\n" in token.folded else " "


def _join_tens(tokens: list[_Token], lexicon: Lexicon) -> None:
    """'twenty first' -> '21st', 'treinta y uno' -> '31'."""
    for index, token in enumerate(tokens):
        ten = lexicon.tens.get(token.folded)
        if ten is None:
            continue
        for width in (2, 4):
            joint = "".join(t.out for t in tokens[index + 1 : index + width])
            last = tokens[index + width] if index + width < len(tokens) else None
            if last is None or joint not in lexicon.tens_joint:
                continue
            unit, nth = lexicon.units.get(last.folded), lexicon.unit_ordinals.get(last.folded)
            if unit or nth:
                token.out, token.end = (str(ten + unit) if unit else ordinal(ten + (nth or 0))), last.end
                for used in tokens[index + 1 : index + width + 1]:
                    used.out = ""


def _spell_out_minutes(tokens: list[_Token]) -> None:
    """ "ten to three" is a time where "10 to 3" may be a stretch, and "three-thirty" where "3-30" may be a date."""
    words = [t for t in tokens if not t.folded.isspace()]
    for token, link, minute in zip(tokens, tokens[1:], tokens[2:], strict=False):
        if link.out == "-" and token.folded.isalpha() and token.out.isdigit() and minute.out.isdigit():
            link.out = " "
    for token, link, hour in zip(words, words[1:], words[2:], strict=False):
        if token.folded in ("five", "ten") and link.folded == "to" and hour.out.isdigit():
            token.out += " minutes"


def _spell_halves(tokens: list[_Token]) -> None:
    """ "4 1/2", "4 y 1/2": half an hour on, and no date."""
    words = [t for t in tokens if not t.folded.isspace()]
    for index in range(1, len(words) - 2):
        before, one, stroke, two = words[index - 1 : index + 3]
        if (one.out, stroke.out, two.out) != ("1", "/", "2") or one.end != stroke.start or stroke.end != two.start:
            continue
        hour = words[index - 2] if before.out == "y" and index > 1 else before
        if hour.out.isdigit():
            one.out, stroke.out, two.out = ("media" if hour is not before else "y media"), "", ""


def _decide(tokens: list[_Token], lexicon: Lexicon) -> None:
    """Words that need company (`Weak`), and date words used as names."""
    shouting = all(not t.source.isalpha() or t.source.isupper() for t in tokens)
    for index, token in enumerate(tokens):
        weak = lexicon.weak.get(token.folded)
        if weak:
            before, after = _neighbour(tokens, index, -1), _neighbour(tokens, index, 1)
            token.out = next((w.symbol for w in weak if _keeps_company(w, before, after)), token.folded)
        if token.folded in lexicon.names and _is_name(tokens, index, lexicon, shouting=shouting):
            token.out = token.folded


def _part_symbols(tokens: list[_Token]) -> None:
    """Keep a symbol's digits apart from a number typed against it ("Oct2")."""
    for token, after in pairwise(tokens):
        if token.out[:1].isupper() and after.out[:1].isdigit():
            token.out += " "


def canonical(text: str, lexicon: Lexicon) -> Canon:
    """The canonical form of the first `MAX_CHARS` characters of `text`."""
    tokens = _tokens(text[:MAX_CHARS])
    _spell_all(tokens, lexicon)
    _join_tens(tokens, lexicon)
    _spell_out_minutes(tokens)
    _spell_halves(tokens)
    _decide(tokens, lexicon)
    _part_symbols(tokens)
    starts = [t.start for t in tokens for _ in t.out]
    ends = [t.end for t in tokens for _ in t.out]
    return Canon("".join(t.out for t in tokens), tuple(starts), tuple(ends))
