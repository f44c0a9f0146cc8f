"""Foreign code: what a plugin's function may raise that would end more than its own work.

An `Exception` is a failure like any other. `SystemExit` would end the server; and a cancellation that nobody asked for
(the plugin waited for something that was cancelled elsewhere) would end the turn, as if its process were stopping.
"""

from __future__ import annotations

import asyncio


def overreach(error: BaseException) -> str:
    """Say what foreign code did, when ``error`` would end more than its own work; else "".

    A cancellation that was asked for is its asker's and Ctrl-C is the operator's: for both the answer is "".
    """
    if isinstance(error, SystemExit):
        return "tried to end the process"
    if isinstance(error, asyncio.CancelledError) and not asked_to_end():
        return "waited for what was cancelled"
    return ""


def asked_to_end() -> bool:
    """Whether the task that runs now was cancelled by somebody, and has not yet obeyed."""
    try:
        task = asyncio.current_task()
    except RuntimeError:  # on another kind of event loop a cancellation is another kind of exception
        return False
    return task is not None and task.cancelling() > 0
