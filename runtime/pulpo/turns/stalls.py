"""Breakers of variants: while the server of a planner's model hangs, nobody waits for it any more.

Each turn of such a variant would cost its user the variant's whole share of the deadline before stable answers. After
some stalls in a row the variant's turns go to stable at once, but for the one that finds out whether it works again.
They remain turns of that variant, rescued like those before them, so that the evidence against it goes on.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Final

from pulpo.errors import PlannerOpenError
from pulpo.resilience.breaker import Verdict
from pulpo.resilience.breakers import Breakers, of_variant
from pulpo.turns.run import TurnRun

LONG: Final = 2.0
"""Seconds after which a failure has cost its user something. Quicker ones are the evidence's business alone: a breaker
that opened for them would only make a bad variant look worse."""


class Stalls:
    """Watches planners that stable can stand in for. ``clock`` gives monotonic seconds."""

    def __init__(self, breakers: Breakers, *, clock: Callable[[], float]) -> None:
        self._breakers = breakers
        self._clock = clock

    @contextmanager
    def watching(self, run: TurnRun, variant: str) -> Iterator[None]:
        """Hold while the planner of ``variant`` is asked; raises `PlannerOpenError` when it must not be."""
        breaker = self._breakers.of(run.turn.workspace.id, of_variant(variant))
        permit = breaker.admit()
        if permit is None:
            raise PlannerOpenError(variant=variant, retry_after=breaker.retry_after)
        began = self._clock()
        verdict: Verdict = "cancelled"
        try:
            yield
            verdict = "success"
        except Exception:
            verdict = "failure" if self._clock() - began >= LONG else "cancelled"
            raise
        except BaseException:  # cut: what the server's own stop cuts, or whoever left, kept nobody waiting in vain
            verdict = "failure" if run.share is not None and run.share.cancel_called else "cancelled"
            raise
        finally:
            breaker.settle(permit, verdict)
