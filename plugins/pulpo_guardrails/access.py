"""Which tools a workspace and a key may use."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pulpo
from pulpo_guardrails.names import fits

Lists = Mapping[str, Sequence[str]]


class ToolAccess(pulpo.Policy):
    """Offers a tool when the caller's workspace and one of the key's scopes list it.

    ``workspaces`` and ``scopes`` map names to patterns of tools; ``*`` among the workspaces is for those that have
    no list of their own. A workspace without a list has all tools, and so has every scope while none has a list:
    as soon as one has, a scope without one has nothing.
    """

    name = "tool_access"

    def __init__(self, *, workspaces: Lists, scopes: Lists) -> None:
        self._workspaces = workspaces
        self._scopes = scopes

    def offers(self, workspace: pulpo.Workspace, scopes: frozenset[str], tool: pulpo.Tool) -> bool:
        """Look the tool up in both lists."""
        listed = self._workspaces.get(workspace.id, self._workspaces.get("*", ("*",)))
        if not fits(tool.name, listed):
            return False
        return not self._scopes or any(fits(tool.name, self._scopes.get(scope, ())) for scope in scopes)
