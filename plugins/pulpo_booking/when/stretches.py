"""From parts to bigger parts on marked text: dates that belong together (D9, D12) and stretches (R1, R3, R4)."""

import re
from dataclasses import replace
from datetime import date, timedelta

from pulpo_booking.when.almanac import next_weekday_and_day
from pulpo_booking.when.marked import Marked
from pulpo_booking.when.talk import Talk
from pulpo_booking.when.values import DatePart, DateRangePart, Part, Setting, TimePart, TimeRangePart

_SIDE_BY_SIDE = re.compile(r"D(?=(?:,? ?(?:el |dia |the |on |\(|- ?|que es |which is |o sea |es decir )*)D)")
_NEXT_DATE = re.compile(r"D[^D]*D")


def together(a: DatePart, b: DatePart, setting: Setting) -> DatePart | None:
    """One date said twice over, or None where two neighbours are two dates."""
    if a.date == b.date:
        sure = a.ambiguous and b.ambiguous
        return replace(b, ambiguous=sure, period=a.period or b.period, said_today=a.said_today or b.said_today)
    for one, other in ((a, b), (b, a)):
        if one.kind == "weekday" and other.kind == "monthday" and one.weekday is not None and other.day:
            both = next_weekday_and_day(setting.today, one.weekday, other.day)
            return DatePart("full", both, ambiguous=both is None)
        if one.kind in ("weekday", "relative") and other.kind in ("full", "named") and other.date:
            clash = one.weekday != other.date.weekday() if one.kind == "weekday" else True
            return replace(other, ambiguous=clash or other.ambiguous)
        if one.kind == "weekday" and other.kind == "relative" and other.date:
            return replace(other, ambiguous=one.weekday != other.date.weekday())
    return None


def join_dates(marked: Marked, setting: Setting) -> None:
    """D9, D12: "el martes, 9 de diciembre", "mañana jueves"."""
    at = 0
    while match := _SIDE_BY_SIDE.search(marked.text, at):
        whole = _NEXT_DATE.match(marked.text, match.start())
        at = match.end()
        if whole is None or match.start() not in marked.at or whole.end() - 1 not in marked.at:
            continue
        a, b = marked.at[match.start()].part, marked.at[whole.end() - 1].part
        one = together(a, b, setting) if isinstance(a, DatePart) and isinstance(b, DatePart) else None
        if one is not None:
            marked.join(match.start(), whole.end(), one)
            at = match.start()


def join_weeks(marked: Marked, talk: Talk) -> None:
    """R1 "week commencing D"; "the day before/after D"."""
    for pattern, build in ((talk.week_of, _week_from), (talk.day_before, _day_before), (talk.day_after, _day_after)):
        while (match := pattern.search(marked.text)) and (hit := marked.found(match, "a")):
            part = hit[1].part
            count = int(match["n"]) if "n" in pattern.groupindex and match["n"] else 1
            built = build(part, min(count, 366)) if isinstance(part, DatePart) else None
            if built is None:
                break
            marked.join(match.start(), match.end(), built)


def join_before(marked: Marked) -> None:
    """D6: "the wedding is on the 12th, so the Friday before" is the last Friday before the 12th."""
    named: date | None = None
    for index in sorted(marked.at):
        part = marked.at[index].part
        if not isinstance(part, DatePart):
            continue
        if part.before and named:
            back = 1 if part.weekday is None else (named.weekday() - part.weekday - 1) % 7 + 1
            day = named - timedelta(days=back)
            marked.join(index, index + 1, DatePart("full", day, weekday=part.weekday))
        elif part.kind != "past":
            named = part.date or named


def _week_from(part: DatePart, _: int) -> Part | None:
    return DateRangePart(part.date, part.date + timedelta(days=6)) if part.date else None


def _day_before(part: DatePart, count: int) -> Part | None:
    return DatePart("full", part.date - timedelta(days=count)) if part.date else None


def _day_after(part: DatePart, count: int) -> Part | None:
    return DatePart("full", part.date + timedelta(days=count)) if part.date else None


def join_between(marked: Marked, talk: Talk) -> None:
    """R3, R4: "entre A y B", "from A to B"."""
    for pattern in talk.between:
        at = 0
        while match := pattern.search(marked.text, at):
            at = match.end()
            a, b = marked.found(match, "a"), marked.found(match, "b")
            if a is None or b is None:
                continue
            move = not match.group().startswith(("entre", "between"))
            built = _stretch(a[1].part, b[1].part, move=move)
            if built is not None:
                marked.join(match.start(), match.end(), built)
                at = match.start() + 1


def _stretch(a: Part, b: Part, *, move: bool) -> Part | None:
    if isinstance(a, TimePart) and isinstance(b, TimePart):
        return TimeRangePart(a, b, said_as_move=move)
    if not isinstance(a, DatePart) or not isinstance(b, DatePart) or not a.date or not b.date:
        return None
    end = b.date
    if end < a.date and b.kind == "weekday":
        end += timedelta(days=7)
    elif end < a.date and a.kind == "monthday" and b.kind == "full" and a.day:
        start = b.date.replace(day=min(a.day, b.date.day))
        return DateRangePart(start, b.date, ends=(replace(a, date=start), b), said_as_move=move)
    unsure = (a.ambiguous and a.rollover is None) or (b.ambiguous and b.rollover is None)
    if end < a.date:
        return DateRangePart(a.date, None, ambiguous=True, ends=(a, b), said_as_move=True) if move else None
    return DateRangePart(a.date, end, ambiguous=unsure, ends=(a, b), said_as_move=move)


def join_open(marked: Marked, talk: Talk, *, moving: bool) -> None:
    """R3, R4: after, from, before, until; a negated bound turns around ("I can't before five")."""
    for pattern, opens in ((talk.open_start, True), (talk.open_end, False)):
        at = 0
        while match := pattern.search(marked.text, at):
            at = match.end()
            hit = marked.found(match, "a", "a2")
            weak = match.group().startswith(("de ", "del ")) or (moving and match.group().startswith("from "))
            if hit is None or (weak and not match["on"]):
                continue
            refusal = talk.negated_bound.search(marked.text[: match.start()])
            start = refusal.start() if refusal else match.start()
            built = _open(hit[1].part, opens=opens != bool(refusal))
            if built is not None and not marked.kept(start, hit[0]):
                marked.join(start, match.end(), built)
                at = start + 1


_BOUNDS = re.compile(r"(?P<a>[HR]),?(?: (?:and|but|y|pero))? (?P<b>[HR])")


def join_bounds(marked: Marked) -> None:
    """R3, R4: "after five but before seven" is one stretch."""
    match = _BOUNDS.search(marked.text)
    a, b = (marked.found(match, "a"), marked.found(match, "b")) if match else (None, None)
    if match is None or a is None or b is None:
        return
    built = _bounded(a[1].part, b[1].part) or _bounded(b[1].part, a[1].part)
    if built is not None:
        marked.join(match.start(), match.end(), built)


def _bounded(a: Part, b: Part) -> Part | None:
    if isinstance(a, TimeRangePart) and isinstance(b, TimeRangePart) and not (a.end or b.start):
        return TimeRangePart(a.start, b.end)
    if isinstance(a, DateRangePart) and isinstance(b, DateRangePart) and a.start and b.end and not (a.end or b.start):
        return DateRangePart(a.start, b.end, ambiguous=b.end < a.start)
    return None


def _open(part: Part, *, opens: bool) -> Part | None:
    if isinstance(part, TimePart) and part.date is None:
        return TimeRangePart(part, None) if opens else TimeRangePart(None, part)
    if isinstance(part, DatePart) and part.date and part.kind != "past":
        day = part.date
        unsure = part.ambiguous
        return DateRangePart(day if opens else None, None if opens else day, "open", ambiguous=unsure, ends=(part,))
    return None
