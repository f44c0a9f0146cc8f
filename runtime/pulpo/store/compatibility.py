"""May the release before go on with a database that this one has migrated?

Expand first, contract a release later: a revision that takes something away (a table, a column, a name) breaks whoever
still runs beside it, and whoever is rolled back to.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

_TAKES_AWAY = re.compile(r"\b(DROP\s+(TABLE|COLUMN)|RENAME\s+(TO|COLUMN))\b", re.IGNORECASE)
_OPERATIONS = frozenset({"drop_table", "drop_column", "rename_table", "alter_column"})


def taken_away(revision: Path) -> tuple[str, ...]:
    """Return what the ``upgrade`` of a revision file takes away, as lines of its source; none for one that expands."""
    source = revision.read_text("utf-8")
    functions = (node for node in ast.parse(source).body if isinstance(node, ast.FunctionDef))
    upgrade = next((function for function in functions if function.name == "upgrade"), None)
    if upgrade is None:
        return ()
    lines = sorted({node.lineno for node in _taking_away(upgrade)})
    return tuple(source.splitlines()[line - 1].strip() for line in lines)


def _taking_away(upgrade: ast.FunctionDef) -> Iterator[ast.expr]:
    for node in ast.walk(upgrade):
        match node:
            case ast.Call(func=ast.Attribute(attr=name)) if name in _OPERATIONS:
                yield node
            case ast.Constant(value=str(text)) if _TAKES_AWAY.search(text):
                yield node
