"""Reads which of the values listed are meant, for every argument that has a list."""

from __future__ import annotations

import re
from collections.abc import Sequence

import pulpo
from pulpo_rules import lexicon
from pulpo_rules.acts import ANY_TIME, read_acts
from pulpo_rules.choices import Picked, pick
from pulpo_rules.fields import Field
from pulpo_rules.mentions import Mention
from pulpo_rules.pronouns import named_last, speaks_of_somebody
from pulpo_rules.text import Span, blank, fold, tokens
from pulpo_rules.walk import Walk


def choices(walk: Walk) -> None:
    left = blank(walk.left, [match.span() for match in ANY_TIME.finditer(fold(walk.text))])
    order = sorted(walk.of_kind("choice"), key=lambda each: (not walk.asked(each), each.name in walk.scene.filled))
    shared: dict[tuple[str, int | str], list[Picked]] = {}
    once: dict[int | str, list[Picked]] = {}
    used: list[Span] = []
    for each in order:
        # Fields of one tool with the same list share what was picked from it; closed types are lists of their own.
        source: int | str = each.source if each.source >= 0 else f"{each.tool}.{each.name}"
        key = (each.tool, source)
        if key not in shared:
            if source not in once:
                listed = walk.scene.choices.get((each.tool, each.name), each.choices)
                picked = pick(left, listed, known=walk.scene.known)
                kept = _chosen(left, picked)
                once[source] = (each.person and _all_but(left, picked, kept, listed)) or kept
            shared[key] = once[source]
        picks = shared[key]
        if picks:
            only = sum(other.source == each.source and other.tool == each.tool for other in order) == 1
            mention, shared[key] = _choose(each, picks, only=only or each.source < 0)
            walk.put(each, mention)
            used.extend(mention.spans)
    walk.used.extend(used)


def people(walk: Walk) -> None:
    """Read who is meant by a pronoun, for arguments that ask for somebody of a list and got no name."""
    span = speaks_of_somebody(walk.text) if walk.scene.before else None
    if span is None or _refused(walk.text, span):
        return
    for each in walk.of_kind("choice"):
        if each.person and (each.tool, each.name) not in walk.found:
            listed = walk.scene.choices.get((each.tool, each.name), each.choices)
            named = named_last(walk.scene.before, listed, known=walk.scene.known)
            if len(named) == 1:
                walk.put(each, Mention(value=named[0].value, spans=(span,)))
            elif named:
                walk.put(each, Mention(rivals=named, spans=(span,)))
    walk.used.append(span)


def _chosen(text: str, picks: Sequence[Picked]) -> list[Picked]:
    """Leave out what is refused ("not with Luis"), and, after a correction, what was said before it."""
    kept = [each for each in picks if not _refused(text, each.spans[0])]
    for position in range(len(kept) - 1, 0, -1):
        between = text[kept[position - 1].spans[-1][1] : kept[position].spans[0][0]]
        if {token.word for token in tokens(between)} & lexicon.CORRECTIONS:
            return kept[position:]
    return kept


def _all_but(
    text: str, picks: Sequence[Picked], kept: Sequence[Picked], listed: Sequence[pulpo.Choice]
) -> list[Picked]:
    """Who is left when somebody is refused and nobody else named ("anyone but Ana"): one of them is meant."""
    refused = [each.choice for each in picks if each not in kept and each.choice and _refused(text, each.spans[0])]
    if not refused or not all(each.choice and _is_anyone(each.choice) for each in kept):
        return []
    left = tuple(each for each in listed if each not in refused and not _is_anyone(each))
    spans = tuple(span for each in picks for span in each.spans)
    return [Picked(left[0], spans) if len(left) == 1 else Picked(None, spans, left)] if left else []


def _is_anyone(choice: pulpo.Choice) -> bool:
    labels = [choice.label] if isinstance(choice.label, str) else list(choice.label.values())
    return any(read_acts(label).any for label in labels)


def _refused(text: str, span: Span) -> bool:
    before = [token.word for token in tokens(re.split(r"[,.;:!?]", text[max(0, span[0] - 16) : span[0]])[-1])]
    while before and before[-1] in lexicon.STOPWORDS:
        before.pop()
    return bool(before) and before[-1] in ("no", "ni", "sin", "not", "without", "neither", "nor", "except", "menos")


def _choose(each: Field, picks: Sequence[Picked], *, only: bool) -> tuple[Mention, list[Picked]]:
    """Give a field its pick and leave the others for the next field with the same list.

    Several picks for the ``only`` field of a list are rivals: it cannot have them all.
    """
    spans = tuple(span for picked in picks for span in picked.spans)
    if each.many and any(picked.choice for picked in picks):
        return Mention(value=[picked.choice.value for picked in picks if picked.choice], spans=spans), []
    meant = {id(picked.choice): picked.choice for picked in picks if picked.choice}
    if only and len(meant) > 1:
        return Mention(rivals=tuple(meant.values()), spans=spans, apart=True), []
    first = picks[0]
    if first.choice is None:
        return Mention(rivals=first.rivals, spans=first.spans), list(picks[1:])
    return Mention(value=first.choice.value, spans=first.spans), list(picks[1:])
