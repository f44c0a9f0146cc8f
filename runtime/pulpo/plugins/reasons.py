"""Why something a plugin did went wrong, in one line."""

from __future__ import annotations

import os
import traceback
from pathlib import Path

from pulpo.errors import PluginLoadError

LONGEST = 500


def explained(error: BaseException, *, stage: str) -> str:
    """Return one line that says what was wrong and where, short enough for a table."""
    if isinstance(error, PluginLoadError):
        return _line(str(error))
    if isinstance(error, SystemExit):
        return _line(f"{stage}: it called sys.exit({error.code!r}); a plugin must not end the program{_place(error)}")
    return _line(f"{stage}: {type(error).__name__}: {_text(error)}{_place(error)}")


def _text(error: BaseException) -> str:
    try:
        return str(error)
    except Exception:  # the message of a plugin's own exception is its code too
        return "(its message cannot be shown)"


def _place(error: BaseException) -> str:
    frames = traceback.extract_tb(error.__traceback__)
    # What of ours a plugin calls (`pulpo.tool`) is no place for its author to look.
    ours = f"{Path(__file__).parents[1]}{os.sep}"
    foreign = [it for it in frames if not it.filename.startswith((ours, "<frozen")) and "importlib" not in it.filename]
    return f" (at {Path(foreign[-1].filename).name}:{foreign[-1].lineno})" if foreign else ""


def _line(text: str) -> str:
    line = " ".join(text.split())
    # A message may hold terminal codes or lone surrogates: it must be safe to print and to encode.
    safe = "".join(char if char.isprintable() else char.encode("unicode_escape").decode() for char in line)
    return safe if len(safe) <= LONGEST else safe[: LONGEST - 1] + "…"
