"""Waiting for PostgreSQL before the server starts: processes are restarted while their database fails over.

Nobody listens meanwhile, so that probes and load balancers are told the truth, and a stop is obeyed at once.
"""

from __future__ import annotations

import signal
import sys
import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Final

from pulpo.observability.logging import ERROR, log, open_log
from pulpo.store.opening import absence

if TYPE_CHECKING:
    from pulpo.settings import Settings

PAUSE: Final = 1.0
"""Seconds between two tries."""


def await_database(
    settings: Settings,
    *,
    monotonic: Callable[[], float] = time.monotonic,
    sleep: Callable[[float], None] = time.sleep,
) -> None:
    """Return when the database answers, with a line in the log for each time it does not.

    Raises `StoreUnavailableError` when it has not answered for ``database_wait`` seconds, and at once when it answers
    that it refuses us: a wrong password does not mend itself.
    """
    began = monotonic()
    away = absence(settings.database_url)
    if away is None:
        return
    # The first process of a container is not ended by a signal that it does not handle.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    with open_log(settings.log_level):
        while away is not None:
            left = settings.database_wait - (monotonic() - began)
            if left <= 0:
                raise away
            log().warning("database away", marker=ERROR, error=str(away), seconds_left=round(left, 1))
            sleep(min(PAUSE, left))
            away = absence(settings.database_url)
