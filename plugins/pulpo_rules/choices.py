"""Which of the listed values a text names: whole phrases first, then single telling words, forgiving a typo."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Final, NamedTuple

import pulpo
from pulpo_rules import lexicon
from pulpo_rules.text import Span, Token, content, distance, stem, tokens

WHOLE: Final = 1.0
CLOSE: Final = 24
"""Characters between two words of one phrase."""


class Match(NamedTuple):
    """A choice named by the ``size`` words at ``spans``.

    ``score`` is the share of the phrase that was said, ``exact`` how many of its words without a change.
    """

    choice: pulpo.Choice
    score: float
    size: int
    exact: int
    spans: tuple[Span, ...]

    @property
    def rank(self) -> tuple[bool, int, int, float]:
        """What is compared: whole before part, longer before shorter, as written before mended."""
        return (self.score == WHOLE, self.size, self.exact, self.score if self.score == WHOLE else 0.0)


@dataclass(frozen=True, slots=True)
class Picked:
    """``choice`` when one is meant; else the ``rivals`` that the same words could mean."""

    choice: pulpo.Choice | None
    spans: tuple[Span, ...]
    rivals: tuple[pulpo.Choice, ...] = ()


def pick(text: str, choices: Sequence[pulpo.Choice], *, known: Collection[str] = ()) -> list[Picked]:
    """Return the choices that ``text`` names, in its order; words do not count twice.

    ``known`` are words with a meaning of their own, which are never taken for a misspelt label.
    """
    said = content(text)
    # Words that are the same begin alike, so most phrases need no closer look.
    initials = {token.word[0] for token in said}
    found = [match for choice in choices for match in _matches(choice, said, initials, known)]
    kept = [match for match in found if match.score == WHOLE or _tells(text, match, known)]
    return sorted(_without_overlap(kept), key=lambda picked: picked.spans[0])


def _matches(
    choice: pulpo.Choice, said: Sequence[Token], initials: Collection[str], known: Collection[str]
) -> Iterable[Match]:
    best: dict[tuple[Span, ...], Match] = {}
    for phrase in phrases_of(choice):
        if not any(word[0] in initials for word in phrase):
            continue
        here = _said(phrase, said, known)
        if here:
            spans = tuple((token.start, token.end) for token in here)
            exact = sum(token.word in phrase for token in here)
            match = Match(choice, len(here) / len(phrase), len(here), exact, spans)
            before = best.get(spans)
            if before is None or before.rank < match.rank:
                best[spans] = match
    return best.values()


def phrases_of(choice: pulpo.Choice) -> tuple[tuple[str, ...], ...]:
    """The ways to say a choice, as words without the smallest ones."""
    return _phrases((*_labels(choice), *choice.synonyms, *([choice.value] if isinstance(choice.value, str) else [])))


def _labels(choice: pulpo.Choice) -> tuple[str, ...]:
    return (choice.label,) if isinstance(choice.label, str) else tuple(choice.label.values())


# The names of services and people, and room for offers, which are new all the time.
@lru_cache(maxsize=512)
def _phrases(texts: tuple[str, ...]) -> tuple[tuple[str, ...], ...]:
    cut = (tuple(token.word for token in content(text.replace("_", " "))) for text in texts)
    return tuple(dict.fromkeys(phrase for phrase in cut if phrase))


def _said(phrase: tuple[str, ...], said: Sequence[Token], known: Collection[str]) -> tuple[Token, ...]:
    """The tokens that say words of ``phrase``; words of one phrase stand close together."""
    taken: list[Token] = []
    for word in phrase:
        here = [token for token in said if token not in taken and same(word, token.word, known)]
        if taken:
            here = [token for token in here if abs(token.start - taken[-1].end) <= CLOSE]
        if here:
            taken.append(min(here, key=lambda token: token.word != word))
    return tuple(sorted(taken, key=lambda token: token.start))


@lru_cache(maxsize=8192)
def _misspelt(word: str, other: str) -> bool:
    return distance(word, other) <= (len(word) >= 8) + 1


def same(word: str, other: str, known: Collection[str] = ()) -> bool:
    """Whether ``other`` is ``word``, another form of it, or a typo of it that is no word itself."""
    if word == other:
        return True
    if word[0] != other[0] or len(word) < 4 or len(other) < 4:
        return False
    if stem(word) == stem(other) and len(stem(word)) >= 4 and other not in lexicon.WEEKDAYS:
        return True
    return other not in known and other not in lexicon.COMMON and word not in lexicon.COMMON and _misspelt(word, other)


def _tells(text: str, match: Match, known: Collection[str]) -> bool:
    """A part of a label counts when it has a word of its own: no number, and none with a meaning elsewhere."""
    said = {token.word for token in tokens(text) if (token.start, token.end) in match.spans}
    labels = _phrases(_labels(match.choice))
    return any(
        len(word) >= 3 and not word.isdigit() and word not in known and word not in lexicon.COMMON
        for word in said
        if any(same(part, word) for phrase in labels for part in phrase)
    )


def _without_overlap(matches: Sequence[Match]) -> Iterable[Picked]:
    """Let the longest whole phrase win the words it covers; what ties for the same words are rivals."""
    taken: list[Span] = []
    order = sorted(matches, key=lambda match: match.rank, reverse=True)
    for match in order:
        if any(start < other[1] and other[0] < end for start, end in match.spans for other in taken):
            continue
        rivals = _rivals(match, order)
        taken.extend(match.spans)
        if len(rivals) == 1:
            yield Picked(rivals[0], match.spans)
        else:
            yield Picked(None, match.spans, tuple(rivals))


def _rivals(match: Match, matches: Sequence[Match]) -> list[pulpo.Choice]:
    """The choices that the same words name as well as ``match`` does: whole or part, by as many words."""
    found: list[pulpo.Choice] = []
    for other in matches:
        if other.rank == match.rank and set(other.spans) & set(match.spans) and other.choice not in found:
            found.append(other.choice)
    return found
