"""Which database an address means, without opening it: ``sqlite:///FILE`` or ``postgresql://…``."""

from __future__ import annotations

import re
from pathlib import Path

from pulpo.errors import SettingsError
from pulpo.settings.secrets import shown

SQLITE = "sqlite:///"

_POSTGRES = re.compile(r"postgresql(\+asyncpg)?://")


def database_path(url: str) -> Path:
    """Return the file of a ``sqlite:///`` URL; raises `SettingsError` for any other database."""
    path = url.removeprefix(SQLITE)
    if not url.startswith(SQLITE) or not path or path == ":memory:":
        raise SettingsError(
            f"{shown('database_url', url)!r} is not supported: write {SQLITE}FILE"
            " (a relative path, or an absolute one with four slashes), or postgresql://USER@HOST/NAME",
            source="settings",
            key="database_url",
        )
    return Path(path)


def postgres_address(url: str) -> str | None:
    """Return the address as libpq writes it, or None when it is not PostgreSQL's."""
    return _POSTGRES.sub("postgresql://", url, count=1) if _POSTGRES.match(url) else None
