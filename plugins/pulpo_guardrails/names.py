"""Patterns of names: ``get_*`` fits ``get_services``."""

from __future__ import annotations

from collections.abc import Iterable
from fnmatch import fnmatchcase


def fits(name: str, patterns: Iterable[str]) -> bool:
    """Whether one of ``patterns`` (``*`` stands for anything) fits ``name``."""
    return any(fnmatchcase(name, pattern) for pattern in patterns)
