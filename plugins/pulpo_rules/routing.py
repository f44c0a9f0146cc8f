"""Where a message leads: on with the goal, to another one, to a question in between, or nowhere."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Final

import pulpo
from pulpo_rules import intents, shifting
from pulpo_rules.carrying import pointed_places
from pulpo_rules.mentions import Mentions
from pulpo_rules.places import is_pointed_at
from pulpo_rules.situation import Situation
from pulpo_rules.text import overlaps
from pulpo_rules.understanding import Clause, Understanding

STRONG: Final = 0.45
"""What it takes to leave a goal under way for another one."""
_MARGIN: Final = 0.08
_FIRM: Final = 0.6
"""What it takes for a question without a question mark to stay one beside values that only another tool takes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Route:
    """``goal`` is the tool to go for (None: unknown), ``asides`` the questions in between with their clauses,
    ``unsure`` the tools between which the user must choose; ``again`` says that the goal under way was named anew."""

    goal: str | None = None
    switched: bool = False
    asides: tuple[tuple[str, Clause], ...] = ()
    unsure: tuple[str, ...] = ()
    again: bool = False
    confidence: float = 0.0


def route(understood: Understanding, dialogue: pulpo.Dialogue, situation: Situation) -> Route:
    """Decide where a message leads."""
    goal = dialogue.goal if dialogue.goal in situation.forms else None
    moving = _sooner_or_later(understood, situation)
    if moving:
        return Route(goal=moving, switched=moving != goal, again=moving == goal, confidence=intents.SURE)
    if goal is None:
        return _first(understood, dialogue, situation)
    asides: list[tuple[str, Clause]] = []
    for clause in understood.clauses:
        best = clause.best
        if best.tool not in situation.forms or best.tool == goal or not _stands_alone(clause):
            continue
        if situation.forms[best.tool].read_only:
            if _is_aside(clause, goal, dialogue, understood.mentions, situation):
                asides.append((best.tool, clause))
        elif _leaves(clause, goal, dialogue, understood.mentions, situation):
            return Route(goal=best.tool, switched=True, confidence=best.score)
    again = any(
        clause.best.tool == goal and clause.best.score >= intents.SURE and clause.content
        for clause in understood.clauses
    )
    surest = max(clause.best.score for clause in understood.clauses)
    return Route(goal=goal, asides=tuple(asides), again=again, confidence=surest)


def _stands_alone(clause: Clause) -> bool:
    """Whether a clause says more than values and small words."""
    return bool(clause.content) or clause.question


def _score(clause: Clause, tool: str) -> float:
    return next((intent.score for intent in clause.intents if intent.tool == tool), 0.0)


def _taken(clause: Clause, tool: str, mentions: Mentions) -> int:
    """How many values said in a clause a tool takes."""
    return sum(any(overlaps(span, [clause.span]) for span in mention.spans) for mention in mentions.of(tool).values())


def _is_aside(clause: Clause, goal: str, dialogue: pulpo.Dialogue, mentions: Mentions, situation: Situation) -> bool:
    best = clause.best
    if best.score < intents.SURE or best.score <= _score(clause, goal) - _MARGIN:
        return False
    fills = _taken(clause, goal, mentions) > 0
    if best.tool in situation.suggested_by(goal):
        return not fills and (clause.question or best.score >= STRONG)
    return clause.question or (best.score >= STRONG and not fills and not _answers_freely(goal, dialogue, situation))


def _answers_freely(goal: str, dialogue: pulpo.Dialogue, situation: Situation) -> bool:
    """Whether the question asked last may be answered with any words at all."""
    each = situation.forms[goal].field(dialogue.asked or "")
    return each is not None and each.kind in ("text", "person")


def _leaves(clause: Clause, goal: str, dialogue: pulpo.Dialogue, mentions: Mentions, situation: Situation) -> bool:
    """Whether a clause asks for another tool, and does not change what is being prepared ("change it to Friday")."""
    form, best = situation.forms[goal], clause.best
    here, there = _taken(clause, goal, mentions), _taken(clause, best.tool, mentions)
    if here > there or (here and not _is_possible(best.tool, situation)):
        return False
    needed = intents.SURE if form.read_only else STRONG + (0.1 if _answers_freely(goal, dialogue, situation) else 0.0)
    return best.score >= needed and best.score - _score(clause, goal) >= _MARGIN


def _is_possible(tool: str, situation: Situation) -> bool:
    """Whether there is something for a tool to be done with."""
    return not any(
        each.required and each.source >= 0 and (tool, each.name) in situation.choices and not situation.listed(each)
        for each in situation.forms[tool].fields
    )


def _first(understood: Understanding, dialogue: pulpo.Dialogue, situation: Situation) -> Route:
    """Without a goal: the surest tool that changes something, else the surest that answers, else what fits."""
    sure = [
        clause
        for clause in understood.clauses
        if clause.best.score >= intents.SURE and clause.best.tool in situation.forms
    ]
    again = _again(understood, dialogue, situation) or _about_days(understood, situation)
    if again:
        return Route(goal=again, switched=True, confidence=intents.SURE)
    searched = _searched_anew(understood, dialogue, situation) if not sure else None
    if searched:
        return Route(goal=searched, switched=True, confidence=intents.SURE)
    if not any(_stands_alone(clause) for clause in understood.clauses):
        meant = _onward(understood, dialogue, situation) or _by_values(understood, dialogue, situation)
        meant = meant or _of_habit(understood, dialogue, situation)
        if meant:
            return Route(goal=meant, switched=True, confidence=intents.SURE)
    unsure = _rivals(sure, understood.mentions, situation)
    if unsure:
        return Route(unsure=unsure)
    asked: dict[str, Clause] = {}
    for clause in sorted(sure, key=lambda clause: -clause.best.score):
        asked.setdefault(_near(clause, understood.mentions)[0], clause)
    changing = [tool for tool in asked if not situation.forms[tool].read_only]
    changing = changing or _told_beside(understood, asked, situation)
    goal = next(iter([*changing, *asked]), None)
    if goal is None:
        meant = _by_values(understood, dialogue, situation) or _by_place(understood, dialogue, situation)
        return Route(goal=meant or _of_habit(understood, dialogue, situation))
    given = _rather_what_was_given(goal, asked.get(goal), understood, dialogue, situation)
    if given:
        return Route(goal=given, switched=True, confidence=intents.SURE)
    goal = _rather_what_was_said(goal, understood, {*asked, str(dialogue.notes.get("last", ""))}, situation)
    suggesting = situation.suggested_by(goal)
    asides = tuple(
        (tool, clause)
        for tool, clause in asked.items()
        if situation.forms[tool].read_only and tool not in (goal, *suggesting)
    )
    confidence = asked[goal].best.score if goal in asked else intents.SURE
    return Route(goal=goal, switched=True, asides=asides, confidence=confidence)


def _rather_what_was_said(goal: str, understood: Understanding, asked: Collection[str], situation: Situation) -> str:
    """For a wish that comes with nothing its tool can take, but with values of a question: the question comes first
    ("I want a table, somewhere in Lima": which places are there?)."""
    if situation.forms[goal].read_only or understood.mentions.of(goal) or situation.suggested_by(goal):
        return goal
    if _is_pointed_at(goal, understood, situation):
        return goal
    counts = {
        tool: len(understood.mentions.of(tool))
        for tool, form in situation.forms.items()
        if form.read_only and (tool in asked or len(understood.mentions.of(tool)) > 1)
    }
    most_said = max(counts, key=lambda tool: counts[tool], default=goal)
    return most_said if counts.get(most_said, 0) else goal


def _is_pointed_at(goal: str, understood: Understanding, situation: Situation) -> bool:
    """Whether what was said are properties of the listed things that a tool needs: it tells which one is meant."""
    said = {name for _, name in understood.mentions.found}
    listed = (choice for each in situation.forms[goal].fields if each.required for choice in situation.listed(each))
    return any(said & choice.fields.keys() for choice in listed)


def _rather_what_was_given(
    goal: str, clause: Clause | None, understood: Understanding, dialogue: pulpo.Dialogue, situation: Situation
) -> str | None:
    """The tool that changes something and takes what a question has no use for: whoever gives a name and a number
    wants more than to be told something, and "now the manicure, at half past twelve" asks nothing. Among equals it is
    the one that has just been used."""
    if not situation.forms[goal].read_only:
        return None
    counts = {tool: len(understood.mentions.of(tool)) for tool, form in situation.forms.items() if not form.read_only}
    done = str(dialogue.notes.get("done", ""))
    taking = most({**counts, done: counts[done] + 0.5} if done in counts else counts, situation, at_least=2)
    beyond = understood.mentions.of(taking).keys() - understood.mentions.of(goal).keys() if taking else frozenset()
    fields = [each for each in situation.forms[taking].fields if each.name in beyond] if taking else []
    if len(fields) > 1 and any(each.kind in ("person", "phone", "email") for each in fields):
        return taking
    asks = understood.acts.question or clause is None or clause.best.score >= _FIRM
    return taking if not asks and any(each.listed and each.required for each in fields) else None


def _told_beside(understood: Understanding, asked: Mapping[str, Clause], situation: Situation) -> list[str]:
    """The tool that changes something and takes the most of a sentence which asks nothing, but tells several values
    beside a question ("do you do that? I'd like Thursday at nine"): none of them should be lost."""
    for clause in understood.clauses:
        if clause.question or clause in asked.values():
            continue
        counts = {
            tool: _taken(clause, tool, understood.mentions) + _score(clause, tool)
            for tool, form in situation.forms.items()
            if not form.read_only and _is_possible(tool, situation)
        }
        best = most(counts, situation, at_least=2)
        if asked and best:
            return [best]
    return []


def _near(clause: Clause, mentions: Mentions) -> list[str]:
    """The tools that a clause's words may mean alike; of these, those that take most of its values."""
    near = [intent.tool for intent in clause.intents if clause.best.score - intent.score < intents.CLOSE]
    taken = {tool: _taken(clause, tool, mentions) for tool in near}
    return [tool for tool in near if taken[tool] == max(taken.values())]


def _rivals(sure: Iterable[Clause], mentions: Mentions, situation: Situation) -> tuple[str, ...]:
    """Two tools that change things and cannot be told apart."""
    for clause in sure:
        near = _near(clause, mentions)
        if len(near) > 1 and not any(situation.forms[tool].read_only for tool in near):
            return tuple(near[:3])
    return ()


def _again(understood: Understanding, dialogue: pulpo.Dialogue, situation: Situation) -> str | None:
    """The last question's tool, for a message that only gives another value for it ("and on Saturday?"), and none
    that it has no use for."""
    last = str(dialogue.notes.get("last", ""))
    if last not in situation.forms or not _asks_no_more(understood):
        return None
    taken = len(understood.mentions.of(last))
    beyond = any(len(understood.mentions.of(tool)) > taken for tool in situation.forms)
    return last if taken and not beyond else None


def _asks_no_more(understood: Understanding) -> bool:
    """Whether nothing but values is said, or asked after a word on what was told ("I can't then. And on Friday?")."""
    telling = [clause for clause in understood.clauses if clause.content]
    asked = [clause for clause in understood.clauses if clause.question and not clause.content]
    return not telling or bool(asked and not any(clause.question or clause.best.score >= STRONG for clause in telling))


def _about_days(understood: Understanding, situation: Situation) -> str | None:
    """The tool that tells of days and of nothing else, for a question of habit which names nothing that is listed and
    asks for nothing else in so many words ("los viernes por la tarde estáis?")."""
    found = understood.mentions.found
    if not (understood.mentions.usual and understood.acts.question):
        return None
    if any(clause.best.score >= STRONG for clause in understood.clauses):
        return None
    if any(
        each.listed and (form.tool.name, each.name) in found
        for form in situation.forms.values()
        for each in form.fields
    ):
        return None
    able = [
        tool
        for tool, form in situation.forms.items()
        if form.read_only and form.fields and all(each.part == "date" and not each.required for each in form.fields)
    ]
    return able[0] if len(able) == 1 else None


def _sooner_or_later(understood: Understanding, situation: Situation) -> str | None:
    """The tool that moves what one has, for who wants to come earlier or later on the very day of it."""
    if not shifting.comes_sooner_or_later(understood.text):
        return None
    movable = [tool for tool, form in situation.forms.items() if shifting.can_move(form, situation)]
    return movable[0] if len(movable) == 1 and shifting.has_one_that_day(movable[0], understood, situation) else None


def _searched_anew(understood: Understanding, dialogue: pulpo.Dialogue, situation: Situation) -> str | None:
    """The last question's tool, for words that say little beside another value for it ("what about Lima?")."""
    last = situation.forms.get(str(dialogue.notes.get("last", "")))
    if last is None or situation.suggested_by(last.tool.name):
        return None
    said = understood.mentions.of(last.tool.name)
    known = {name: fact.value for name, fact in dialogue.facts.items()}
    fresh = {
        each.name
        for each in last.fields
        if (each.place or each.listed) and each.name in said and said[each.name].value != known.get(each.name)
    }
    beyond = [tool for tool in situation.forms if len(understood.mentions.of(tool)) > len(said)]
    return last.tool.name if fresh and not beyond else None


def _onward(understood: Understanding, dialogue: pulpo.Dialogue, situation: Situation) -> str | None:
    """The tool that the last question led to, for a message that gives values which only that one takes."""
    last = situation.forms.get(str(dialogue.notes.get("last", "")))
    if last is None:
        return None
    known = {each.name for each in last.fields}
    led = [tool for tool in situation.forms if last.tool.name in situation.suggested_by(tool)]
    taking = [tool for tool in led if understood.mentions.of(tool).keys() - known]
    return taking[0] if len(taking) == 1 else None


def _of_habit(understood: Understanding, dialogue: pulpo.Dialogue, situation: Situation) -> str | None:
    """The tool that makes something new at an hour, for an hour said right after "do you open on Saturdays?"."""
    if not dialogue.notes.get("usual") or understood.acts.question:
        return None
    able = [
        tool
        for tool, form in situation.forms.items()
        if not form.read_only
        and _is_possible(tool, situation)
        and any(each.part in ("clock", "time") for each in form.fields if each.name in understood.mentions.of(tool))
    ]
    return able[0] if len(able) == 1 else None


def _by_values(understood: Understanding, dialogue: pulpo.Dialogue, situation: Situation) -> str | None:
    """The tool that takes most of the values said: at least two, or one from a list when nothing is asked.

    Among equals what was talked about before decides, then the words, however little they say.
    """
    counts = {tool: len(understood.mentions.of(tool)) for tool in situation.forms}
    if max(counts.values(), default=0) > 1:
        counts = {tool: count and count + _told(tool, dialogue, situation) for tool, count in counts.items()}
    listed = any(
        (each.listed or each.place or each.choices) and each.name in understood.mentions.of(tool)
        for tool, form in situation.forms.items()
        for each in form.fields
    )
    asking = understood.acts.question
    found = most(counts, situation, at_least=1 if listed and not asking else 2)
    found = found if asking or found is None else _suggested_to(found, counts, situation)
    if found or max(counts.values(), default=0) < 2:
        return found
    return _likeliest([tool for tool, count in counts.items() if count == max(counts.values())], understood)


def _by_place(understood: Understanding, dialogue: pulpo.Dialogue, situation: Situation) -> str | None:
    """The only tool that changes something there, for words that say no more than where: "and a cab to get there"."""
    if not is_pointed_at(understood.text):
        return None
    able = [
        tool
        for tool, form in situation.forms.items()
        if form.tool.confirm and not form.read_only and pointed_places(form, dialogue)
    ]
    return able[0] if len(able) == 1 else None


def _told(tool: str, dialogue: pulpo.Dialogue, situation: Situation) -> int:
    """How many facts of the matter at hand a tool takes; those that outlive it are about everything."""
    return sum(each.name in dialogue.facts and not each.slot.remember for each in situation.forms[tool].fields)


def _suggested_to(tool: str, counts: Mapping[str, int], situation: Situation) -> str:
    """Who names values without asking anything wants what a suggesting tool only leads to."""
    beyond = {other: count for other, count in counts.items() if count and tool in situation.suggested_by(other)}
    return most(beyond, situation, at_least=1) or tool


def _likeliest(tools: Collection[str], understood: Understanding) -> str | None:
    scores = {tool: max((_score(clause, tool) for clause in understood.clauses), default=0.0) for tool in tools}
    ranked = sorted(tools, key=lambda tool: -scores[tool])
    return ranked[0] if len(ranked) == 1 or scores[ranked[0]] > scores[ranked[1]] else None


def most(counts: Mapping[str, float], situation: Situation, *, at_least: int) -> str | None:
    """The tool with the highest count; among equals the one that changes something, if there is just one."""
    top = max(counts.values(), default=0)
    if top < at_least:
        return None
    best = [tool for tool, count in counts.items() if count == top]
    changing = [tool for tool in best if not situation.forms[tool].read_only]
    if len(best) == 1 or len(changing) == 1:
        return (changing or best)[0]
    return None
