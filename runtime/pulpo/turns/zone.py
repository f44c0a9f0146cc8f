"""The time zone a user lives by, as their client tells it."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from zoneinfo import ZoneInfo

from pulpo.conversation import Json


def user_zone(attributes: Mapping[str, Json]) -> str | None:
    """Return the IANA zone in ``attributes["timezone"]``, or None without one.

    A zone that this machine's tz database does not have is left out rather than refused: browsers learn of new names
    before servers do, and nobody should lose a chat over the clock that is shown beside the business's own.
    """
    said = attributes.get("timezone")
    return _known(said) if isinstance(said, str) else None


@lru_cache(maxsize=512)
def _known(name: str) -> str | None:
    """Return ``name`` if it is a zone; remembered, for looking one up reads a file."""
    try:
        return ZoneInfo(name).key
    except (LookupError, ValueError, OSError):
        return None
