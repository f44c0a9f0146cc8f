"""The shape of a language's conversational patterns (R3, R4, C1-C5, N2), over marked text.

In marked text every part is one letter: D date, T time, P period, R stretch of days, H stretch of hours.
"""

import re
from dataclasses import dataclass

Pattern = re.Pattern[str]


@dataclass(frozen=True, slots=True)
class Talk:
    """`drops` are (rule id, pattern with a group `drop`): the parts inside the group are not meant.

    `between`, `open_start`, `open_end` build stretches from parts: groups `a` and `b` are the letters.
    """

    between: tuple[Pattern, ...]
    open_start: Pattern
    open_end: Pattern
    week_of: Pattern
    day_before: Pattern
    day_after: Pattern
    correction: Pattern
    drops: tuple[tuple[str, Pattern], ...]
    clause: Pattern
    event: Pattern
    request: Pattern
    past: Pattern
    move: Pattern
    existing: Pattern
    either: Pattern
    keeps_time: Pattern
    negated_bound: Pattern


_GLUE = r"(?:,? (?:a|at|on|in|por|del?|en|el|the|for|@)?(?: (?:la|las|the|el))? ?|, ?)"
_CLOCK = f"(?:[TH](?:{_GLUE}P)?|P(?:{_GLUE}[TH])?)"
ONE = f"(?:[DR](?:{_GLUE}{_CLOCK})?|{_CLOCK}(?:{_GLUE}[DR](?:{_GLUE}{_CLOCK})?)?)"


def pattern(text: str) -> Pattern:
    """Compile; `{X}` stands for one expression: at most one date and one time."""
    return re.compile(text.replace("{X}", ONE))
