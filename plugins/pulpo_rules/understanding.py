"""What a message says, put together: its acts, its values, and for each of its clauses the tools it may ask for."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Final

from pulpo_rules import lexicon
from pulpo_rules.acts import ANY_TIME, Acts, is_question, question_kinds, read_acts, without_openings
from pulpo_rules.fields import Form
from pulpo_rules.intents import SURE, Intent, IntentModel
from pulpo_rules.mentions import Key, Mentions, Scene
from pulpo_rules.reading import read
from pulpo_rules.text import MAX_TEXT, Span, blank, fold, overlaps, words

_QUESTION: Final = (
    r"(?:(?:a|de|desde|hasta|at) (?:que|what)|cuando|when|cuanto|cuanta|cuantos|cual|cuales|donde|quien|how|what|which|"
    r"where|who|is there|are there|are you|is it|do you|do i|can i|could i|can you)\b"
)
_END: Final = re.compile(
    r"[.!?;\n]+(?:\s+|$)|(?=¿)|(?=\s(?:porque|xq|pq|ya que|because|cause|cuz)\s)|"
    r"(?:,\s+|(?=\s(?:y|and|pero|but)\s))(?=\s?(?:y |and |pero |but )?" + _QUESTION + ")"
)
_WHAT: Final = re.compile(r"(?<=\S)(?=\s(?:y|pero)\s+(?:a\s+|de\s+)?qué\b)", re.IGNORECASE)
"""Only its accent tells "and what" from "and that", so this one is looked for in the text as it stands."""
_JOINT: Final = re.compile(r"\s*[,.;]+\s+(?:(?:y|and|pero|but|que)\s+)?|\s+(?:y|and|pero|but)\s+")
"""Where one wish may end and another one begin."""
_FOR_ME: Final = re.compile(
    r"\bme (?!han\b|has\b|van\b|vas\b|mas\b|es\b)\w+[sn]\b|\b\w{2,}me\b|\b(?:put|get|fit|squeeze|have|give) me\b"
)
"""That somebody is asked for something: "y me des", "poneme", "put me"."""
_STATES: Final = re.compile(
    r"\W*(?:es que |que |porque |because |since |as )?"
    r"(?:i've got|i have|i'm|i am|i work|there's|tengo|tenemos|estoy|voy|me voy|trabajo|hay)\b"
)
"""How a reason begins."""
_DENIES: Final = re.compile(r"\b(?:no|not|nor|ni|can't|cant|cannot|won't|wont|unable|imposible)\b")
_TRACE: Final = 0.1
"""A tool that the words do not point to at all is not lifted by values."""
_UNMASKED: Final = 0.5
"""How much the words of values count for a tool: its examples name some of them by chance."""
_COVERAGE: Final = 0.25
"""How much the values said can lift a tool that takes them all over one that takes none."""
_OWN: Final = 0.1
"""How much a value that no other tool takes lifts one."""
_STRANGE: Final = 0.4
"""What is left when no telling word was ever said to any tool: "do you take cards" is not about hours."""
_STRANGE_WISH: Final = 0.7
"""The same for a tool that changes something: it asks before it does, and what is wished for may be a new thing."""
_NOT_ASKED: Final = 0.35
"""What is left for a tool that nobody asks for a place, a person or an amount, when one is asked for."""
_NO_WISH: Final = 0.6
"""What is left for a tool that changes something when an amount or a place is asked for."""


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
    """Everything read from one message; ``known`` are the words with a meaning, as the scene gave them.

    ``parts`` are what gives something up and what is wanted instead, where a message does both; without the second,
    what is said beside the first is no wish, but would be read as one ("I've got an exam at ten"). ``away`` says
    that it asks for a tool which is not there now: it is for the planner to know.
    """

    text: str
    acts: Acts
    mentions: Mentions
    clauses: tuple[Clause, ...]
    known: Collection[str] = frozenset()
    parts: tuple[Understanding, Understanding | None] | None = None
    away: bool = False


def understand(text: str, forms: Mapping[str, Form], model: IntentModel, scene: Scene) -> Understanding:
    """Read a message; pure, and bounded by the first `MAX_TEXT` characters."""
    whole = _understand(text, forms, model, scene)
    parts = _parts(whole, forms, model, scene)
    return replace(whole, parts=parts) if parts else whole


def _understand(text: str, forms: Mapping[str, Form], model: IntentModel, scene: Scene) -> Understanding:
    acts = read_acts(text[:MAX_TEXT])
    text = without_openings(text[:MAX_TEXT])
    mentions = read(text, forms, scene)
    free = _free(text, mentions, forms)
    return Understanding(
        text=text,
        acts=acts,
        mentions=mentions,
        known=scene.known,
        clauses=tuple(_clause(text, span, forms, model, mentions, free) for span in _clauses(text)),
    )


def _parts(
    whole: Understanding, forms: Mapping[str, Form], model: IntentModel, scene: Scene
) -> tuple[Understanding, Understanding | None] | None:
    """Read a message in two where one part gives something up and the other one wants something else."""
    if not any(
        intent.score > _TRACE and forms[intent.tool].gives_up for clause in whole.clauses for intent in clause.intents
    ):
        return None
    alone: Understanding | None = None
    for joint in _JOINT.finditer(fold(whole.text)):
        texts = (whole.text[: joint.start()], whole.text[joint.end() :])
        first, second = (_understand(text, forms, model, scene) for text in texts)
        for given_up, wish in ((first, second), (second, first)):
            if _gives_up(given_up, forms) and _wants(wish, forms):
                return given_up, wish
        if alone is None and _gives_up(first, forms) and _is_told(second):
            alone = first
    return (alone, None) if alone is not None else None


def _gives_up(part: Understanding, forms: Mapping[str, Form]) -> bool:
    return len(part.clauses) == 1 and _is_given_up(part.clauses[0], forms)


def _is_given_up(clause: Clause, forms: Mapping[str, Form]) -> bool:
    return clause.best.score >= SURE and forms[clause.best.tool].gives_up


def _wants(part: Understanding, forms: Mapping[str, Form]) -> bool:
    """Whether a part asks for a change that gives nothing up, and says no reason for giving up ("no puedo a las 5")."""
    said = fold(part.text)
    if part.clauses[0].question or not part.clauses[0].content or _DENIES.search(said) or _STATES.match(said):
        return False
    best = part.clauses[0].best
    form = forms.get(best.tool)
    if form is not None and best.score >= SURE and not form.read_only and not form.gives_up:
        return bool(_needed(form) & part.mentions.of(best.tool).keys())
    # In words that say little a day and an hour do, if somebody is asked for them.
    told = (form for form in forms.values() if not form.read_only and not form.gives_up)
    return bool(_FOR_ME.search(fold(part.text))) and any(
        len(_needed(each) & part.mentions.of(each.tool.name).keys()) > 1 for each in told
    )


def _is_told(part: Understanding) -> bool:
    """Whether a part neither asks nor wishes, as a reason does."""
    told = part.clauses[0]
    return not told.question and (told.best.score < SURE or bool(_STATES.match(fold(part.text))))


def _needed(form: Form) -> set[str]:
    return {each.name for each in form.fields if each.required}


def _clauses(text: str) -> list[Span]:
    """Cut at the ends of sentences and before questions."""
    folded = fold(text)
    ends = {match.end() for match in (*_END.finditer(folded), *_WHAT.finditer(text))}
    cuts = [0, *sorted(end for end in ends if 0 < end < len(text)), len(text)]
    spans = [(start, end) for start, end in pairwise(cuts) if text[start:end].strip()]
    return spans or [(0, len(text))]


def _clause(
    text: str, span: Span, forms: Mapping[str, Form], model: IntentModel, mentions: Mentions, free: Collection[Span]
) -> Clause:
    said = {
        key: mention for key, mention in mentions.found.items() if any(overlaps(each, [span]) for each in mention.spans)
    }
    # Who has no wish for an hour asks for nothing by that, though opening hours and changes are of times as well.
    idle = [match.span() for match in ANY_TIME.finditer(fold(text))]
    masked = words(blank(text, [*(each for each in mentions.spans if each not in free), *idle])[slice(*span)])
    content = tuple(word for word in masked if word not in lexicon.FILLERS and not word.isdigit())
    question = is_question(text[slice(*span)])
    scores = _alike(masked, words(text[slice(*span)]), forms, model, said, question=question) if masked else {}
    strange = _is_strange(content, model)
    kinds = question_kinds(masked) if question else frozenset()
    weighed = (
        Intent(tool, score * _doubt(forms[tool], kinds, model, strange=strange) + _support(tool, score, said))
        for tool, score in scores.items()
    )
    return Clause(
        span=span,
        text=text[slice(*span)],
        question=question,
        content=content,
        intents=tuple(sorted(weighed, key=lambda intent: -intent.score)),
    )


def _free(text: str, mentions: Mentions, forms: Mapping[str, Form]) -> frozenset[Span]:
    """Where a whole message is free text, which may be an answer or as well something else."""
    return frozenset(
        span
        for (tool, name), mention in mentions.found.items()
        for each in forms[tool].fields
        if each.name == name and each.kind == "text"
        for span in mention.spans
        if span == (0, len(text))
    )


def _alike(
    masked: Sequence[str],
    plain: Sequence[str],
    forms: Mapping[str, Form],
    model: IntentModel,
    said: Collection[Key],
    *,
    question: bool,
) -> dict[str, float]:
    """How much the words resemble what is said to each tool: those beside the values, or all of them as far as the
    tool can take the values. A value that is merely named asks for no information."""
    share = _shares(said)
    scores = {intent.tool: intent.score for intent in model.rank(masked) if intent.tool in forms}
    if plain != masked:
        for tool, score in model.rank(plain):
            if tool in forms and (question or not forms[tool].read_only):
                scores[tool] = max(scores[tool], _UNMASKED * score * share.get(tool, 0.0 if share else 1.0))
    return scores


def _shares(said: Collection[Key]) -> dict[str, float]:
    taken = Counter(tool for tool, _ in said)
    most = max(taken.values(), default=1)
    return {tool: count / most for tool, count in taken.items()}


def _support(tool: str, score: float, said: Collection[Key]) -> float:
    """How much values speak for a tool: those that it takes, and the more the fewer others take them."""
    if score <= _TRACE or not said:
        return 0.0
    owners = Counter(argument for _, argument in said)
    own = sum(1 / owners[argument] for owner, argument in said if owner == tool)
    return _COVERAGE * _shares(said).get(tool, 0.0) + _OWN * own


def _is_strange(content: Sequence[str], model: IntentModel) -> bool:
    """Whether no telling word was ever said to any tool."""
    telling = [word for word in content if word not in lexicon.COMMON]
    return bool(telling) and not any(model.knows(word) for word in telling)


def _doubt(form: Form, kinds: Collection[str], model: IntentModel, *, strange: bool) -> float:
    """What is left of a resemblance (0-1) that rests on small words only, or on another kind of question."""
    left = (_STRANGE if form.read_only else _STRANGE_WISH) if strange else 1.0
    if kinds:
        left *= (1.0 if model.asks(form.tool.name, kinds) else _NOT_ASKED) * (1.0 if form.read_only else _NO_WISH)
    return left
