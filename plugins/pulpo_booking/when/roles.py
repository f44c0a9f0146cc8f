"""What each part is in the conversation: refused, corrected, moved away from, told in passing (C1-C3, C5, N2)."""

import re
from itertools import pairwise

from pulpo_booking.when.marked import Marked
from pulpo_booking.when.talk import ONE, Talk
from pulpo_booking.when.values import DatePart, DateRangePart, Part, TimeRangePart

_GROUP = re.compile(ONE)


def told_in_passing(marked: Marked, talk: Talk) -> None:
    """C5, N2: dates of events and of the past, clause by clause."""
    for start, end in _clauses(marked.text, talk):
        clause = marked.text[start:end]
        event, asks = talk.event.search(clause), talk.request.search(clause)
        if event and not asks:
            marked.drop(start, end)
        elif event and asks:
            marked.drop(start + event.end(), min(end, start + event.end() + 20))
        if talk.past.search(clause) and not asks:
            _drop_past_clause(marked, start, end)


def _clauses(text: str, talk: Talk) -> list[tuple[int, int]]:
    cuts = [0, *(m.start() for m in talk.clause.finditer(text)), len(text)]
    return [(a, b) for a, b in pairwise(cuts) if a < b]


def _drop_past_clause(marked: Marked, start: int, end: int) -> None:
    """N2: in a clause about the past nothing is meant for the future; a date told as past stays as such."""
    for index in list(marked.at):
        part = marked.at[index].part
        if start <= index < end and not (isinstance(part, DatePart) and part.kind == "past"):
            marked.drop(index, index + 1)


def refused(marked: Marked, talk: Talk) -> None:
    """C1 ("A no, B"), C2 ("instead of A"), C3: what the patterns say is not meant."""
    for rule, pattern in talk.drops:
        at = 0
        while match := pattern.search(marked.text, at):
            at = max(match.end("drop"), match.start() + 1)
            letters = "DTPRH"
            if rule == "C1" and not _says_date(marked.text[match.end("drop") :]):
                letters = "TPH"
            marked.drop(*match.span("drop"), letters)


def _says_date(rest: str) -> bool:
    follows = _GROUP.search(rest)
    return follows is None or "D" in follows.group() or "R" in follows.group()


def moved(marked: Marked, talk: Talk) -> bool:
    """C2: of "from A to B" only B counts. True when only what is to be moved is named, so one has to ask."""
    verb = talk.move.search(marked.text)
    if verb is None:
        return False
    settled = False
    for index, found in list(marked.at.items()):
        target = _target(found.part)
        if target is not None:
            marked.join(index, index + 1, target)
            settled = True
    return not settled and _keep_target(marked, talk, verb.start())


def _target(part: Part) -> Part | None:
    """The B of a stretch that was said as "from A to B"."""
    if isinstance(part, DateRangePart) and part.said_as_move and len(part.ends) == 2:
        return part.ends[1]
    return part.end if isinstance(part, TimeRangePart) and part.said_as_move else None


def _keep_target(marked: Marked, talk: Talk, verb: int) -> bool:
    groups = list(_GROUP.finditer(marked.text))
    if not groups:
        return False
    existing = talk.existing.search(marked.text)
    if len(groups) == 1:
        named = bool(existing and existing.end("drop") == groups[0].end())
        return (named and not _is_target(marked.text, groups[0])) or _is_source(marked.text, groups[0])
    if groups[-1].start() < verb:
        return False
    target = groups[-1]
    if _is_source(marked.text, target):
        target = groups[-2]
    if re.search(r" (?:o|or) ", marked.text[groups[-2].end() : groups[-1].start()]) and len(groups) == 2:
        return False
    first = target.start()
    for earlier in reversed(groups[: groups.index(target)]):
        if re.fullmatch(r",? (?:o|or|u) (?:el |la |a |the |on |at )*", marked.text[earlier.end() : first]):
            first = earlier.start()
    marked.drop(0, first)
    marked.drop(target.end(), len(marked.text))
    return False


def _is_source(text: str, group: re.Match[str]) -> bool:
    return bool(re.search(r"\b(?:del?|from|my)(?: la| las| el| the)? $", text[: group.start()]))


def _is_target(text: str, group: re.Match[str]) -> bool:
    return bool(re.search(r"\b(?:al?|para|to|for|until)(?: la| las| el| the)? $", text[: group.start()]))


def corrected(marked: Marked, talk: Talk) -> None:
    """C1: only what was chosen last counts; a corrected time keeps the date."""
    for cut in reversed(list(talk.correction.finditer(marked.text))):
        before, after = marked.kept(0, cut.start()), marked.kept(cut.end())
        if not before or not after:
            continue
        chosen = {marked.text[i] for i in marked.at if i >= cut.end()}
        if chosen & {"D", "R"}:
            keep_time = talk.keeps_time.search(marked.text) is not None
            marked.drop(0, cut.start(), "DR" if keep_time else "DTPRH")
        else:
            marked.drop(0, cut.start(), "TPH")
        return
