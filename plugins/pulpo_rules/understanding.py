"""What a message says, put together: its acts, its values, and for each of its clauses the tools it may ask for."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

from pulpo_rules import lexicon
from pulpo_rules.acts import Acts, is_question, read_acts, without_openings
from pulpo_rules.fields import Form
from pulpo_rules.intents import Intent, IntentModel
from pulpo_rules.mentions import Mention, Mentions, Scene
from pulpo_rules.reading import read
from pulpo_rules.text import MAX_TEXT, Span, blank, fold, overlaps, words

_END: Final = re.compile(
    r"[.!?;\n]+(?:\s+|$)|(?=¿)|,\s+(?=(?:y |and |pero |but )?(?:{question})\b)".replace(
        "{question}", "cuanto|cuanta|cuantos|cual|cuales|donde|quien|how|what|which|where|who|is there|are there|do you"
    )
)
_TRACE: Final = 0.1
"""A tool that the words do not point to at all is not lifted by values."""
_UNMASKED: Final = 0.5
"""How much the words of values count for a tool: its examples name some of them by chance."""
_COVERAGE: Final = 0.25
"""How much the values said can lift a tool that takes them all over one that takes none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Clause:
    """A part of the message and the tools it may ask for, the likeliest first; ``content`` are its telling words
    apart from values."""

    span: Span
    text: str
    question: bool
    content: tuple[str, ...]
    intents: tuple[Intent, ...]

    @property
    def best(self) -> Intent:
        """The likeliest tool."""
        return self.intents[0] if self.intents else Intent("", 0.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Understanding:
    """Everything read from one message."""

    text: str
    acts: Acts
    mentions: Mentions
    clauses: tuple[Clause, ...]


def understand(text: str, forms: Mapping[str, Form], model: IntentModel, scene: Scene) -> Understanding:
    """Read a message; pure, and bounded by the first `MAX_TEXT` characters."""
    acts = read_acts(text[:MAX_TEXT])
    text = without_openings(text[:MAX_TEXT])
    mentions = read(text, forms, scene)
    return Understanding(
        text=text,
        acts=acts,
        mentions=mentions,
        clauses=tuple(_clause(text, span, forms, model, mentions, scene) for span in _clauses(text)),
    )


def _clauses(text: str) -> list[Span]:
    """Cut at the ends of sentences and before questions."""
    folded = fold(text)
    cuts = [0, *(end for match in _END.finditer(folded) if 0 < (end := match.end()) < len(text)), len(text)]
    spans = [(start, end) for start, end in pairwise(cuts) if text[start:end].strip()]
    return spans or [(0, len(text))]


def _clause(
    text: str, span: Span, forms: Mapping[str, Form], model: IntentModel, mentions: Mentions, scene: Scene
) -> Clause:
    said = {
        key: mention for key, mention in mentions.found.items() if any(overlaps(each, [span]) for each in mention.spans)
    }
    free = [each for each in mentions.spans if not _is_whole(each, text)]
    masked = words(blank(text, free)[slice(*span)])
    content = tuple(word for word in masked if word not in lexicon.FILLERS and not word.isdigit())
    return Clause(
        span=span,
        text=text[slice(*span)],
        question=is_question(text[slice(*span)]),
        content=content,
        intents=_ranked(masked, words(text[slice(*span)]), forms, model, said) if masked else (),
    )


def _is_whole(span: Span, text: str) -> bool:
    return span == (0, len(text))


def _ranked(
    masked: Sequence[str],
    plain: Sequence[str],
    forms: Mapping[str, Form],
    model: IntentModel,
    said: Mapping[tuple[str, str], Mention],
) -> tuple[Intent, ...]:
    """Rank by the words beside the values, or by all of them: the words of values count for a tool as far as it can
    take the values."""
    taken = {tool: sum(owner == tool for owner, _ in said) for tool in forms}
    most = max(taken.values(), default=0)
    share = {tool: count / most if most else 1.0 for tool, count in taken.items()}
    scores = {intent.tool: intent.score for intent in model.rank(masked)}
    if plain != masked:
        for tool, score in model.rank(plain):
            scores[tool] = max(scores[tool], _UNMASKED * score * share.get(tool, 0.0))
    scored = [
        Intent(tool, score + (_COVERAGE * share[tool] if most and score > _TRACE else 0.0))
        for tool, score in scores.items()
        if tool in forms
    ]
    return tuple(sorted(scored, key=lambda intent: -intent.score))
