"""The shape of a language's word list, and the symbols that words of a class are rewritten to.

The canonical text is lower case without accents, so that upper-case letters are free to stand for classes:
`W0`-`W6` are the weekdays from Monday, `M01`-`M12` the months; numbers are written as digits, ordinals of the
day as `9th`. Grammar rules therefore stay short and mostly look alike in both languages.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Weak:
    """A word that is a symbol only in company ("mar", "sat", "may").

    `before` are words that may stand before it; `beside_number` accepts a number on either side (`number_first`:
    only "3 mar"), `opens` accepts the word before one of `followed_by` or at the end of the text.
    """

    symbol: str
    before: frozenset[str] = frozenset()
    followed_by: frozenset[str] = frozenset()
    number_before: bool = False
    number_after: bool = False


@dataclass(frozen=True, slots=True)
class Lexicon:
    """One language's words. All keys are folded: lower case, no accents."""

    words: Mapping[str, str]
    weak: Mapping[str, tuple[Weak, ...]]
    tens: Mapping[str, int]
    units: Mapping[str, int]
    unit_ordinals: Mapping[str, int]
    tens_joint: frozenset[str]
    names: frozenset[str]
    name_before: frozenset[str]
    typo_targets: Mapping[str, str]
    never_typos: frozenset[str]
    sounds: Mapping[str, str] = field(default_factory=dict)


def weekday_symbol(index: int) -> str:
    return f"W{index}"


def month_symbol(index: int) -> str:
    return f"M{index:02d}"


def symbols(weekdays: tuple[str, ...], months: tuple[str, ...]) -> dict[str, str]:
    """Word -> symbol, from one string of synonyms per weekday and per month."""
    table = {word: weekday_symbol(i) for i, line in enumerate(weekdays) for word in line.split()}
    table |= {word: month_symbol(i) for i, line in enumerate(months, start=1) for word in line.split()}
    return table


def ordinal(number: int) -> str:
    """21 -> '21st'."""
    if number % 100 in (11, 12, 13):
        return f"{number}th"
    return f"{number}{ {1: 'st', 2: 'nd', 3: 'rd'}.get(number % 10, 'th') }"


def pairs(text: str) -> dict[str, str]:
    """'from=to' items, separated by white space; `_` stands for a space."""
    return {key: value.replace("_", " ") for key, _, value in (item.partition("=") for item in text.split())}
