"""What a PromQL expression looks at."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import promql_parser


def selectors(expression: str) -> Iterator[promql_parser.VectorSelector]:
    """Return all series that an expression looks at; raises `ValueError` when it is not PromQL."""
    return (node for node in nodes(expression) if isinstance(node, promql_parser.VectorSelector))


def nodes(expression: str) -> Iterator[Any]:
    """Return all parts of an expression."""
    todo: list[Any] = [promql_parser.parse(expression)]
    while todo:
        node = todo.pop()
        yield node
        children = (getattr(node, name, None) for name in ("lhs", "rhs", "expr", "vector_selector", "param"))
        todo.extend(child for child in children if child is not None)
        todo.extend(getattr(node, "args", ()) or ())
