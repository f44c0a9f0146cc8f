"""The strategies ``all`` and ``none``: one answer for everybody, whatever the share."""

from __future__ import annotations

from collections.abc import Callable

import pulpo


class Constant:
    """Gives everybody the same answer; ``share`` is the part of them that is in."""

    config = None

    def __init__(self, name: str, answer: pulpo.Match) -> None:
        self.name = name
        self.share = float(answer.inside)
        self._answer = answer

    def compile(self, config: None) -> Callable[[pulpo.CanaryContext], pulpo.Match | None]:
        """Return the decision."""
        return lambda _context: self._answer


ALL = Constant("all", pulpo.Match("everybody"))
NONE = Constant("none", pulpo.Match("nobody", inside=False))
