"""What the user must be told, whatever the planner says: what cannot be done now, and what may have happened."""

from __future__ import annotations

from collections.abc import Iterable

from pulpo.conversation import Dialogue, localized
from pulpo.turns import texts
from pulpo.turns.run import TurnRun


def with_notices(run: TurnRun, text: str, dialogue: Dialogue) -> str:
    """Return the reply with what it leaves out: effects in doubt, and what could not be done.

    A tool that was merely missing from the planner's list is not worth a word when another tool had an answer and
    nothing is left to do.
    """
    helped = dialogue.goal is None and any(it.outcome == "ok" for it in run.results)
    lacking = run.refused or ({} if helped else run.hidden)
    notices = [unavailable(run, lacking.values())] if lacking else []
    if run.doubts:
        notices.append(localized(texts.IN_DOUBT, run.turn.locale).format(titles=", ".join(run.doubts.values())))
    return "\n\n".join([text] * bool(text) + [notice for notice in notices if notice not in text])


def unavailable(run: TurnRun, titles: Iterable[str]) -> str:
    """Say that what goes by ``titles`` cannot be done for the moment."""
    return localized(texts.UNAVAILABLE, run.turn.locale).format(titles=", ".join(titles))
