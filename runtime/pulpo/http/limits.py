"""Rate limits as clients meet them: who sends too much is told when to come back, in the fields of
draft-ietf-httpapi-ratelimit-headers-10."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from pulpo.conversation import Text
from pulpo.http.auth import Caller
from pulpo.http.problems import Headers, ProblemError
from pulpo.resilience.limiter import Standing
from pulpo.system import System

TOO_MANY: Final[Text] = {
    "en": "You send messages faster than is allowed. Wait the seconds that Retry-After says and send this one again.",
    "es": "Envías mensajes más rápido de lo permitido. Espera los segundos de Retry-After y envía este otra vez.",
}


TOO_FAST: Final[Text] = {
    "en": "You send requests faster than is allowed. Wait the seconds that Retry-After says and send this one again.",
    "es": "Envías peticiones más rápido de lo permitido. Espera los segundos de Retry-After y envía esta otra vez.",
}


async def admit(system: System, caller: Caller, user_id: str | None, *, refusal: Text = TOO_MANY) -> Headers:
    """Count a message (or another writing request) of the caller's and return the fields that tell how it stands.

    Raises a 429 `ProblemError`. Nothing is stored of what is refused, so its Idempotency-Key may be used again.
    """
    limiter = system.limits.messages
    if limiter is None:
        return ()
    standings = await limiter.message(workspace_id=caller.workspace.id, key_id=caller.key_id, user_id=user_id)
    headers = fields(standings)
    wait = max((it.wait for it in standings), default=0)
    if wait:
        raise ProblemError(429, refusal, headers=((b"retry-after", b"%d" % wait), *headers))
    return headers


def fields(standings: Iterable[Standing]) -> Headers:
    """Write `RateLimit-Policy` (what is allowed) and `RateLimit` (what is left of it)."""
    known = tuple(standings)
    if not known:
        return ()
    policy = ", ".join(f'"{it.scope}";q={it.rate.limit};w={it.rate.period}' for it in known)
    left = ", ".join(f'"{it.scope}";r={it.remaining};t={it.reset}' for it in known)
    return ((b"ratelimit-policy", policy.encode()), (b"ratelimit", left.encode()))
