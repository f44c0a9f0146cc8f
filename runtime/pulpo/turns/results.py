"""What a tool returned, made into what planners may see: plain JSON, whole numbers and all, and not too much of it."""

from __future__ import annotations

from math import isfinite
from typing import Any

import msgspec
from msgspec.structs import replace

from pulpo.contracts.events import ToolCalled
from pulpo.contracts.tools import Outcome, Result, Tool, ToolResult
from pulpo.conversation import Offer, ToolCall, localized
from pulpo.errors import ToolResultError
from pulpo.turns import texts
from pulpo.turns.run import TurnRun

MOST = 2**20
"""Bytes of JSON above which a result is refused."""

SHOWN = 2**16
"""Bytes of JSON planners see: half of it for the value, a quarter each for the text and the offers."""

_decode = msgspec.json.Decoder(Result).decode


def as_result(value: Any, *, tool: str = "a tool", locale: str = "en") -> Result:
    """Turn whatever a tool returned into a `Result`: a string is its own text, anything else plain JSON.

    What is longer than `SHOWN` is cut, and the text says so. Raises `ToolResultError`.
    """
    encoded = packed(value, tool)
    return _decode(encoded) if len(encoded) <= SHOWN else read(encoded, locale)


def packed(value: Any, tool: str) -> bytes:
    """Return the result as JSON; raises `ToolResultError` for what is none, holds NaN, or is larger than `MOST`."""
    result = value if isinstance(value, Result) else Result(value, value if isinstance(value, str) else "")
    try:
        encoded = _encode(result)
        # JSON has no NaN, so it was written as null: without a null there can be none.
        if b"null" in encoded and not _is_finite(msgspec.to_builtins(result, enc_hook=_encode_other)):
            raise ValueError("NaN or infinity")
        if len(encoded) <= MOST:
            return encoded
    except (TypeError, ValueError, OverflowError, RecursionError) as error:
        raise ToolResultError(f"{tool} returned what is not JSON ({type(error).__name__})", tool=tool) from error
    raise ToolResultError(f"{tool} returned {len(encoded)} bytes; at most {MOST} are taken", tool=tool)


def read(encoded: bytes, locale: str) -> Result:
    """Return the result that `packed` gave, cut to what planners may see."""
    result = _decode(encoded)
    return result if len(encoded) <= SHOWN else _cut(result, locale)


def finished(
    run: TurnRun,
    call: ToolCall,
    outcome: Outcome,
    result: Result,
    seconds: float,
    error: str,
    tool: Tool | None,
    started: float | None = None,
    span_id: str = "",
) -> ToolResult:
    """Return a call's result and note the event; ``started`` (monotonic seconds) is None for what never began."""
    after = None if started is None else started - run.started
    turn = run.turn
    run.events.append(
        ToolCalled(turn.id, turn.workspace.id, call.tool, outcome, seconds, error, call.id, after, span_id)
    )
    effect = outcome == "ok" and result.done and tool is not None and not tool.hints.read_only
    return ToolResult(call, outcome, result, round(seconds * 1000, 3), error, effect)


def _encode_other(value: Any) -> Any:
    dump = getattr(value, "model_dump", None)
    if dump is None:
        raise TypeError(f"{type(value).__name__} is not JSON")
    return dump(mode="json")


_encode = msgspec.json.Encoder(enc_hook=_encode_other).encode


def _is_finite(value: Any) -> bool:
    if isinstance(value, float):
        return isfinite(value)
    if isinstance(value, dict):
        return all(map(_is_finite, value.values()))
    return not isinstance(value, list | tuple) or all(map(_is_finite, value))


def _cut(result: Result, locale: str) -> Result:
    value = msgspec.json.encode(result.value)
    if len(value) > SHOWN // 2:
        result = replace(result, value=value[: SHOWN // 2].decode(errors="ignore"))
    text = result.text.encode()[: SHOWN // 4].decode(errors="ignore")
    note = localized(texts.CUT, locale)
    return replace(result, text=f"{text} {note}".strip(), offers=_some(result.offers))


def _some(offers: tuple[Offer, ...]) -> tuple[Offer, ...]:
    left = SHOWN // 4
    for number, offer in enumerate(offers):
        left -= len(msgspec.json.encode(offer)) + 1
        if left < 0:
            return offers[:number]
    return offers
