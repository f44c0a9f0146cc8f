"""Rate limits as clients meet them: who sends too much is told when to come back, in the fields of
draft-ietf-httpapi-ratelimit-headers-10."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from pulpo.conversation import Text
from pulpo.http.operations import Call
from pulpo.http.problems import Headers, ProblemError
from pulpo.resilience.limiter import Standing

TOO_MANY: Final[Text] = {
    "en": "You send messages faster than is allowed. Wait the seconds that Retry-After says and send this one again.",
    "es": "Envías mensajes más rápido de lo permitido. Espera los segundos de Retry-After y envía este otra vez.",
}


async def admit(call: Call, user_id: str | None) -> Headers:
    """Count a message of the caller's and return the fields that tell how it stands; raises a 429 `ProblemError`.

    Nothing is stored of a message that is refused, so its Idempotency-Key may be used again.
    """
    limiter = call.door.system.limits.messages
    if limiter is None:
        return ()
    caller = call.caller
    standings = await limiter.message(workspace_id=caller.workspace.id, key_id=caller.key_id, user_id=user_id)
    headers = fields(standings)
    wait = max((it.wait for it in standings), default=0)
    if wait:
        raise ProblemError(429, TOO_MANY, headers=((b"retry-after", b"%d" % wait), *headers))
    return headers


def fields(standings: Iterable[Standing]) -> Headers:
    """Write `RateLimit-Policy` (what is allowed) and `RateLimit` (what is left of it)."""
    known = tuple(standings)
    if not known:
        return ()
    policy = ", ".join(f'"{it.scope}";q={it.rate.limit};w={it.rate.period}' for it in known)
    left = ", ".join(f'"{it.scope}";r={it.remaining};t={it.reset}' for it in known)
    return ((b"ratelimit-policy", policy.encode()), (b"ratelimit", left.encode()))
