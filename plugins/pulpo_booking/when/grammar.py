"""The rule machine: an ordered table of patterns over canonical text, each claiming its stretch for one part."""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from pulpo_booking.when.values import (
    Build,
    DatePart,
    DateRangePart,
    Found,
    Part,
    PeriodPart,
    Setting,
    TimePart,
)

FILL = "\x01"


@dataclass(frozen=True, slots=True)
class Rule:
    """`rule` is the convention it implements; the group `claim`, if any, is the stretch that is used up."""

    rule: str
    pattern: re.Pattern[str]
    build: Build


def rules(macros: dict[str, str], *table: tuple[str, str, Build]) -> tuple[Rule, ...]:
    """Compile a table of (rule id, pattern, builder); `{NAME}` in a pattern stands for a macro."""
    return tuple(Rule(rule, re.compile(expand(pattern, macros)), build) for rule, pattern, build in table)


def masks(macros: dict[str, str], *patterns: str) -> tuple[re.Pattern[str], ...]:
    """Compile the patterns of what is no date."""
    return tuple(re.compile(expand(pattern, macros)) for pattern in patterns)


def expand(pattern: str, macros: dict[str, str]) -> str:
    for name, value in macros.items():
        pattern = pattern.replace("{" + name + "}", value)
    return pattern


def letter(part: Part) -> str:
    """The letter that stands for a part in marked text: Date, Time, Period, daTe Range (R), Hour range (H)."""
    if isinstance(part, DatePart):
        return "D"
    if isinstance(part, TimePart):
        return "T"
    if isinstance(part, PeriodPart):
        return "P"
    return "R" if isinstance(part, DateRangePart) else "H"


def mask(text: str, patterns: Iterable[re.Pattern[str]]) -> str:
    """N1: blank out what is no date, at equal length."""
    for pattern in patterns:
        text = pattern.sub(lambda m: "~" * len(m.group()), text)
    return text


def scan(text: str, table: Iterable[Rule], setting: Setting) -> tuple[str, list[Found]]:
    """Apply the rules in order. Gives the text with claimed stretches marked by letter, and the parts in order."""
    found: list[Found] = []
    for rule in table:
        at = 0
        while match := rule.pattern.search(text, at):
            part = rule.build(match, setting)
            start, end = match.span("claim") if "claim" in rule.pattern.groupindex else match.span()
            at = max(match.end(), at + 1)
            if part is not None and start < end:
                found.append(Found(start, end, part))
                text = text[:start] + letter(part) + FILL * (end - start - 1) + text[end:]
    return text, sorted(found, key=lambda f: f.start)
