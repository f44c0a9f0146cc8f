"""How long a processor was withheld from whoever could have used it: a busy machine's doing, and nobody's fault here.

A bound on time is a promise of the program. Taken off what was measured, it is one that a neighbour's compiler cannot
break; where nothing else runs there is nothing to take off, and the bound is as strict as it reads.
"""

from __future__ import annotations

from pathlib import Path


def withheld(pid: int | None = None) -> float:
    """Return the seconds that this thread, or the first one of process ``pid``, stood in a queue for a processor.

    0.0 where the system does not count them.
    """
    try:
        counted = Path(f"/proc/{pid or 'thread-self'}/schedstat").read_text("utf-8")
    except OSError:
        return 0.0
    return int(counted.split()[1]) / 1e9
