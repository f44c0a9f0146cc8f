"""Which plugins are installed, and which of them may be imported: known without importing any.

The rule for names of distributions is PEP 503's: case does not matter, and ``-``, ``_`` and ``.`` are the same.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass, replace
from importlib.metadata import Distribution, distributions

GROUP = "pulpo"
OWN_DISTRIBUTION = "pulpoai"

NAMELESS = "nameless"
"""Stands for the name of what an interrupted installer left behind."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """A plugin that could be loaded; ``load`` imports it. ``blocked`` says why it must not be, if so."""

    name: str
    load: Callable[[], object]
    distribution: str = ""
    version: str = ""
    blocked: str = ""


def installed() -> list[Candidate]:
    """Return the entry points of group ``pulpo``, sorted by name; nothing is imported.

    Of one distribution the first on ``sys.path`` counts, as for imports. When two distributions offer the same
    name, PulpoAI's own comes first, so that no other can take its place unseen.
    """
    seen: set[str] = set()
    candidates: list[Candidate] = []
    for distribution in distributions():
        if not _mentions_group(distribution):
            continue
        if not distribution.name:
            candidates.append(_unreadable(distribution, ValueError("it has no METADATA: remove what is left of it")))
        elif (key := normalized(distribution.name)) not in seen:
            seen.add(key)
            candidates += _entry_points(distribution)
    return sorted(candidates, key=_order)


def _order(candidate: Candidate) -> tuple[str, bool, str]:
    return candidate.name, normalized(candidate.distribution) != OWN_DISTRIBUTION, candidate.distribution


def gate(
    candidates: Iterable[Candidate], *, allow: Collection[str] | None, deny: Collection[str]
) -> Iterator[Candidate]:
    """Mark what ``allow`` leaves out or ``deny`` names, by entry-point name or by distribution; deny wins."""
    for candidate in candidates:
        names = {candidate.name, normalized(candidate.distribution)}
        if names & _wanted(deny):
            yield replace(candidate, blocked="named in [plugins] deny")
        elif allow is not None and not names & _wanted(allow):
            yield replace(candidate, blocked="not named in [plugins] allow")
        else:
            yield candidate


def normalized(distribution: str) -> str:
    """Return the PEP 503 form of a distribution's name."""
    return re.sub(r"[-_.]+", "-", distribution).lower()


def _wanted(names: Collection[str]) -> set[str]:
    return {*names, *map(normalized, names)}


def _mentions_group(distribution: Distribution) -> bool:
    # Reading the text is quicker than parsing every installed package's metadata.
    try:
        return f"[{GROUP}]" in (distribution.read_text("entry_points.txt") or "")
    except UnicodeDecodeError:  # a stranger's: what offers plugins is written in UTF-8
        return False


def _entry_points(distribution: Distribution) -> list[Candidate]:
    try:
        return [
            Candidate(name=entry.name, load=entry.load, distribution=distribution.name, version=distribution.version)
            for entry in distribution.entry_points
            if entry.group == GROUP
        ]
    except Exception as error:  # a hand-written entry_points.txt fails in many ways, and must not hide the others
        return [_unreadable(distribution, error)]


def _unreadable(distribution: Distribution, error: Exception) -> Candidate:
    name = distribution.name or NAMELESS

    def fail() -> object:
        raise ValueError(f"entry_points.txt of {name} cannot be read ({error})") from error

    return Candidate(name=name, load=fail, distribution=name, version=distribution.version or "")
