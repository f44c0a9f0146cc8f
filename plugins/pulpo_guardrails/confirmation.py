"""No change without the user's yes."""

from __future__ import annotations

import pulpo


class Confirmation(pulpo.Policy):
    """Holds every call of a tool that wants confirmation until the user has said yes to that very call.

    A call is the same when tool and arguments are: whatever a planner changes after the yes is asked anew.
    """

    name = "confirmation"

    async def check_call(self, context: pulpo.PolicyContext, call: pulpo.ToolCall, tool: pulpo.Tool) -> pulpo.Verdict:
        """Allow what needs no confirmation or has it."""
        if not tool.confirm:
            return pulpo.ALLOW
        said_yes = context.confirmed
        if said_yes is not None and said_yes.tool == call.tool and said_yes.arguments == call.arguments:
            return pulpo.ALLOW
        return pulpo.needs_approval(f"{call.tool} changes something and the user has not said yes to it")
