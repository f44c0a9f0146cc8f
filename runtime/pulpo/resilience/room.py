"""A number of places, and a queue before them (a bulkhead). Dearer semaphores do the same with a dozen calls."""

from __future__ import annotations

from collections import deque

import anyio


class _Guest:
    """Somebody in the queue."""

    __slots__ = ("called", "granted")

    def __init__(self) -> None:
        self.called = anyio.Event()
        self.granted = False


class Room:
    """``places`` that are taken and left on the event loop; who waits is served in order.

    ::

        if room.enter() or await room.wait():
            try: ...
            finally: room.leave()
    """

    __slots__ = ("_free", "_waiting")

    def __init__(self, places: int) -> None:
        self._free = places
        self._waiting: deque[_Guest] = deque()

    def enter(self) -> bool:
        """Take a place if one is free."""
        if self._free <= 0:
            return False
        self._free -= 1
        return True

    async def wait(self) -> bool:
        """Take a place as soon as there is one; False when the room was closed to those who wait."""
        guest = _Guest()
        self._waiting.append(guest)
        try:
            await guest.called.wait()
        except BaseException:
            if guest.granted:
                self.leave()
            elif not guest.called.is_set():
                self._waiting.remove(guest)
            raise
        return guest.granted

    def leave(self) -> None:
        """Give a place back, to whoever waits longest."""
        if self._waiting:
            guest = self._waiting.popleft()
            guest.granted = True
            guest.called.set()
        else:
            self._free += 1

    def turn_away(self) -> None:
        """Send away all who wait: no place will be free soon."""
        while self._waiting:
            self._waiting.popleft().called.set()
