"""The public function: language and numeric order by locale, then the pipeline described in the package."""

import re
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cache
from zoneinfo import ZoneInfo

from pulpo_booking.when.canon import MAX_CHARS, Canon, canonical
from pulpo_booking.when.combine import combine
from pulpo_booking.when.grammar import Rule, mask, scan
from pulpo_booking.when.lexicon import Lexicon
from pulpo_booking.when.marked import Marked
from pulpo_booking.when.roles import corrected, moved, refused, told_in_passing
from pulpo_booking.when.stretches import join_before, join_between, join_bounds, join_dates, join_open, join_weeks
from pulpo_booking.when.switching import filled, without
from pulpo_booking.when.talk import Pattern, Talk
from pulpo_booking.when.values import Found, Setting, When
from pulpo_booking.when.words_en import EN
from pulpo_booking.when.words_es import ES

_MASKED = re.compile("~+")
_DAY_FIRST = frozenset({"GB", "IE", "AU", "NZ", "IN", "ZA"})
_US_ZONES = frozenset(
    "New_York Chicago Denver Los_Angeles Phoenix Detroit Boise Anchorage Juneau Sitka Nome Adak Metlakatla Yakutat "
    "Menominee Honolulu".split()
)


@dataclass(frozen=True, slots=True)
class Language:
    """Everything one language brings."""

    lexicon: Lexicon
    masks: tuple[Pattern, ...]
    table: tuple[Rule, ...]
    talk: Talk


@cache
def language(code: str) -> Language:
    """The language "es" or "en", its patterns compiled on first use.

    Compiling both takes a tenth of a second: too long for an import, so whoever serves calls `warm_up` at start.
    """
    if code == "es":
        from pulpo_booking.when import dates_es, masks_es, talk_es, times_es

        table = (*times_es.TIME_RANGES, *dates_es.DATES, *times_es.TIMES, *times_es.PERIODS)
        return Language(ES, masks_es.MASKS, table, talk_es.TALK)
    from pulpo_booking.when import dates_en, masks_en, talk_en, times_en

    table = (*times_en.TIME_RANGES, *dates_en.DATES, *times_en.TIMES, *times_en.PERIODS)
    return Language(EN, masks_en.MASKS, table, talk_en.TALK)


def warm_up() -> None:
    """Compile both languages now rather than in the first customer's turn."""
    language("es")
    language("en")


def resolve(text: str, *, now: datetime, locale: str, tz: str) -> When:
    """What `text` says about when, by the conventions whose ids the rules carry.

    `now` is an aware datetime (today is its date in `tz`), `locale` the customer's BCP 47 tag, `tz` the business's
    IANA zone. Text in the other of the two languages is understood when the locale's finds nothing. Never raises on
    any text; raises `zoneinfo.ZoneInfoNotFoundError` for an unknown zone and ValueError for a naive `now`.
    """
    if now.tzinfo is None:
        raise ValueError("`now` has to carry its UTC offset: pass an aware datetime")
    speech = locale.replace("_", "-").split("-")
    region = next((part.upper() for part in speech[1:] if len(part) == 2), "")
    setting = _setting(now.astimezone(ZoneInfo(tz)), speech[0].lower(), region, tz)
    first, other = ("es", "en") if speech[0].lower() == "es" else ("en", "es")
    answer, hidden = _read(text, language(first), setting)
    left = without(text[:MAX_CHARS], (*hidden, *answer.spans))
    if not answer.spans:
        return _read(left, language(other), setting)[0]
    return filled(answer, left, other, lambda: _read(left, language(other), setting)[0])


def _setting(now: datetime, spoken: str, region: str, tz: str) -> Setting:
    """D11: the order of numeric dates, and whether it is sure."""
    month_first = spoken == "en" and region == "US"
    american = tz.startswith("US/") or tz.rpartition("/")[2] in _US_ZONES or "/Indiana/" in tz or "/Kentucky/" in tz
    sure = spoken == "es" or region in _DAY_FIRST or (month_first and (american or "/North_Dakota/" in tz))
    return Setting(now, day_first=not month_first, order_unsure=not sure, region=region)


def _read(text: str, speech: Language, setting: Setting) -> tuple[When, tuple[tuple[int, int], ...]]:
    """The answer in one language, and where in the text stands what this language knows to be no date."""
    canon = canonical(text, speech.lexicon)
    masked = mask(canon.text, speech.masks)
    hidden = tuple(canon.source_span(*run.span()) for run in _MASKED.finditer(masked))
    worked, found = scan(masked, speech.table, setting)
    if not found:
        return When(), hidden
    marked = Marked(worked, found)
    asks = _understand(marked, speech.talk, setting)
    answer = combine(marked, setting)
    unsure = answer.ambiguous or (asks and answer != When())
    return replace(answer, ambiguous=unsure, spans=_spans(canon, found)), hidden


def _understand(marked: Marked, talk: Talk, setting: Setting) -> bool:
    """Steps 4 and 5. True when only the appointment to be moved is named."""
    join_dates(marked, setting)
    join_before(marked)
    join_weeks(marked, talk)
    join_between(marked, talk)
    join_open(marked, talk, moving=talk.move.search(marked.text) is not None)
    join_bounds(marked)
    told_in_passing(marked, talk)
    refused(marked, talk)
    asks = moved(marked, talk)
    corrected(marked, talk)
    return asks


def _spans(canon: Canon, found: list[Found]) -> tuple[tuple[int, int], ...]:
    return tuple(canon.source_span(f.start, f.end) for f in found)


__all__ = ["Language", "language", "resolve", "warm_up"]
