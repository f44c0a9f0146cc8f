"""The plugin's own errors.

::

    BookingError
    ├── BusinessFileError  a file cannot be read or does not describe a business
    └── NoBusinessError    a workspace has no business
"""

from __future__ import annotations


class BookingError(Exception):
    """Base of the tree; its message says what to do next."""


class BusinessFileError(BookingError):
    """A file cannot be read or does not describe a business: ``source`` names it, ``key`` the place in it."""

    def __init__(self, message: str, *, source: str, key: str) -> None:
        super().__init__(f"{source}: {key}: {message}")
        self.source = source
        self.key = key


class NoBusinessError(BookingError):
    """No business is configured for ``workspace``."""

    def __init__(self, workspace: str) -> None:
        super().__init__(
            f"workspace {workspace!r} has no business: add its file to businesses in [plugins.pulpo_booking]"
        )
        self.workspace = workspace
