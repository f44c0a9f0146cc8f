"""The plugin's own errors.

::

    BookingError
    ├── BusinessFileError   a file cannot be read or does not describe a business
    ├── UnfitBusinessError  a document does not describe a business
    ├── ChangedError        somebody else changed the business meanwhile
    └── NoBusinessError     a workspace has no business
"""

from __future__ import annotations

from collections.abc import Sequence


class BookingError(Exception):
    """Base of the tree; its message says what to do next."""


class BusinessFileError(BookingError):
    """A file cannot be read or does not describe a business: ``source`` names it, ``key`` the place in it."""

    def __init__(self, message: str, *, source: str, key: str) -> None:
        super().__init__(f"{source}: {key}: {message}")
        self.source = source
        self.key = key


class UnfitBusinessError(BookingError):
    """A document does not describe a business: ``problems`` name every wrong place (keys and positions that lead
    there) and what is allowed."""

    def __init__(self, problems: Sequence[tuple[tuple[str | int, ...], str]]) -> None:
        super().__init__("; ".join(f"{dotted(place) or 'business'}: {message}" for place, message in problems))
        self.problems = tuple(problems)


class ChangedError(BookingError):
    """The business is no longer what the writer had read; ``etag`` is that of what it is now, "" for nothing."""

    def __init__(self, etag: str) -> None:
        super().__init__("the business was changed meanwhile; read it again and repeat your change")
        self.etag = etag


class NoBusinessError(BookingError):
    """No business is configured for ``workspace``."""

    def __init__(self, workspace: str) -> None:
        super().__init__(
            f"workspace {workspace!r} has no business: add its file to businesses in [plugins.pulpo_booking]"
        )
        self.workspace = workspace


def dotted(place: Sequence[str | int]) -> str:
    """Return a place as people write it: ``services[0].minutes``."""
    text = "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in place)
    return text.removeprefix(".")
