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

    def welcome(self, headers: Mapping[bytes, bytes]) -> bytes:
        """Return the ``Set-Cookie`` value that makes a new visitor known.

        A browser that came by https, as the proxy in front says, is to send it by https alone. Here a proxy's word is
        believed from anybody: whoever forges it makes nobody's cookie but their own stricter.
        """
        visitor = b"web_" + self._rng(16).hex().encode("ascii")
        return b"%s=%s.%s; Path=/; Max-Age=%d; HttpOnly; SameSite=Strict%s" % (
            COOKIE.encode("ascii"),
            visitor,
            self._signature(visitor),
            YEAR,
            b"; Secure" if _by_https(headers) else b"",
        )

    def _signature(self, visitor: bytes) -> bytes:
        return hmac.digest(self._secret, visitor, "sha256").hex().encode("ascii")


def _by_https(headers: Mapping[bytes, bytes]) -> bool:
    """Where there are several proxies the first word is the outermost one's, whom the browser talked to."""
    return headers.get(b"x-forwarded-proto", b"").partition(b",")[0].strip().lower() == b"https"
