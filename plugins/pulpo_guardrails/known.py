"""What a user may see in an answer because they have it already, or because it is for everybody."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Final, TypeVar

import msgspec

import pulpo
from pulpo_guardrails.names import fits

T = TypeVar("T")

TURNS: Final = 50
"""Turns back to which something counts as known."""


async def unknown(
    found: Iterable[T], context: pulpo.PolicyContext, *, public_tools: Sequence[str], told: Callable[[str, T], bool]
) -> list[T]:
    """Return what of ``found`` is new to the user and not for everybody; ``told`` looks for one in a text.

    Known is what stands in this conversation so far, what a change the user agreed to said, and what tools returned
    that are the same for whoever asks (``cache_shared``) or that ``public_tools`` lists.
    """
    here = "\n".join([context.turn.text, context.turn.user_id or "", *_public(context, public_tools)])
    left = [each for each in found if not told(here, each)]
    if not left:
        return left
    said = "\n".join(message.text for message in await context.history(TURNS))
    return [each for each in left if not told(said, each)]


def _public(context: pulpo.PolicyContext, public_tools: Sequence[str]) -> Iterable[str]:
    for each in context.results:
        tool = context.tools.get(each.call.tool)
        if each.effect or (tool is not None and (tool.cache_shared or fits(tool.name, public_tools))):
            yield msgspec.json.encode(each.result).decode()
