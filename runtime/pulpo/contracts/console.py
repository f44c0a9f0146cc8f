"""Sections of the console that plugins bring, as values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True, kw_only=True)
class ConsoleSection:
    """A section of ``/console`` at ``#/<id>``: ``title`` by language, and the folder ``files`` of what it consists of.

    The folder is read at start and served below ``/assets/plugins/<id>/``, under the pages' strict policy (no inline
    code, nothing from other hosts). ``module`` is the script in it whose default export has
    ``render(element, api, view)`` (see ``console/sections.js``), ``style`` its style sheet, if any; both are loaded
    when the section is opened.
    """

    id: str
    title: Mapping[str, str]
    files: Path
    module: str
    style: str | None = None
