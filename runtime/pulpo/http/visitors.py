"""Who sits in front of the chat page: a random id in a signed cookie, so that nobody can pose as another visitor.

The cookie says who, and proves nothing else: it opens no door that the caller's key (or the demo) does not.
"""

from __future__ import annotations

import hmac
import re
from collections.abc import Callable, Mapping
from typing import Final

COOKIE: Final = "pulpo_user"
YEAR: Final = 365 * 24 * 3600
"""Seconds the browser keeps the cookie."""

_FORM = re.compile(rb"(?:^|;\s*)pulpo_user=(web_[0-9a-f]{32})\.([0-9a-f]{64})(?:$|;)")


class Visitors:
    """Gives visitors ids and knows them again. ``rng`` returns that many unpredictable bytes."""

    def __init__(self, *, secret: bytes, rng: Callable[[int], bytes]) -> None:
        self._secret = secret
        self._rng = rng

    def known(self, headers: Mapping[bytes, bytes]) -> str | None:
        """Return the visitor's id, or None without a cookie that we signed."""
        sent = headers.get(b"cookie")
        found = _FORM.search(sent) if sent is not None else None
        if found is None or not hmac.compare_digest(found[2], self._signature(found[1])):
            return None
        return found[1].decode("ascii")

    def welcome(self) -> bytes:
        """Return the ``Set-Cookie`` value that makes a new visitor known."""
        visitor = b"web_" + self._rng(16).hex().encode("ascii")
        return b"%s=%s.%s; Path=/; Max-Age=%d; HttpOnly; SameSite=Strict" % (
            COOKIE.encode("ascii"),
            visitor,
            self._signature(visitor),
            YEAR,
        )

    def _signature(self, visitor: bytes) -> bytes:
        return hmac.digest(self._secret, visitor, "sha256").hex().encode("ascii")
