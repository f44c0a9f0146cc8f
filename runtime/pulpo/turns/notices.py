"""What the user must be told, whatever the planner says: what cannot be done now, and what may have happened."""

from __future__ import annotations

from collections.abc import Iterable

from pulpo.conversation import localized
from pulpo.turns import texts
from pulpo.turns.run import TurnRun


def with_notices(run: TurnRun, text: str) -> str:
    """Return the reply with what it leaves out: effects in doubt, and what its tools could not be asked for.

    A tool that was merely missing from the planner's list is worth a word only when no other tool had an answer.
    """
    if not (run.doubts or run.refused or run.hidden):
        return text
    lacking = run.refused or ({} if any(it.outcome == "ok" for it in run.results) else run.hidden)
    notices = [unavailable(run, lacking.values())] if lacking else []
    if run.doubts:
        notices.append(localized(texts.IN_DOUBT, run.turn.locale).format(titles=", ".join(run.doubts.values())))
    return "\n\n".join([text] * bool(text) + [notice for notice in notices if notice not in text])


def unavailable(run: TurnRun, titles: Iterable[str]) -> str:
    """Say that what goes by ``titles`` cannot be done for the moment."""
    return localized(texts.UNAVAILABLE, run.turn.locale).format(titles=", ".join(titles))
