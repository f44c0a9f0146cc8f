"""What a response says, taken strictly: an answer, calls that can be run, or what is wrong with it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final, Literal, TypeAlias

import msgspec
from msgspec import Struct

import pulpo
from pulpo_llm.protocol import Completion, Function

MOST_ARGUMENTS: Final = 16_384
"""Characters of one call's arguments: four messages of the longest kind."""

Kind: TypeAlias = Literal["cut", "empty", "huge", "malformed", "repeated", "unknown"]

_THOUGHT: Final = re.compile(r"\A\s*<think>.*?</think>", re.DOTALL)
_arguments: Final = msgspec.json.Decoder(dict[str, Any]).decode
_canonical: Final = msgspec.json.Encoder(order="deterministic").encode


class Fault(Struct, frozen=True):
    """Why a response cannot be used, in words for the model; ``tool`` is the one it concerns."""

    kind: Kind
    text: str
    tool: str = ""


class Heard(Struct, frozen=True, kw_only=True):
    """What a response says. ``refused`` when the model or its provider would not answer; with ``faults`` nothing of
    the rest may be used."""

    text: str = ""
    wanted: tuple[tuple[str, dict[str, Any]], ...] = ()
    refused: bool = False
    faults: tuple[Fault, ...] = ()


def heard(completion: Completion, tools: Mapping[str, pulpo.Tool], results: Sequence[pulpo.ToolResult]) -> Heard:
    """Read a response; ``results`` are those of this turn, for a call is not made twice in it."""
    choice = completion.choices[0] if completion.choices else None
    said = choice.message if choice else None
    if choice is None or said is None:
        return Heard(faults=(Fault("empty", "it was empty"),))
    text = _THOUGHT.sub("", said.content or "").strip()
    if said.refusal or choice.finish_reason == "content_filter":
        refusal = (said.refusal or text).strip()
        return Heard(text=refusal, refused=True, faults=() if refusal else (Fault("empty", "it was filtered"),))
    if choice.finish_reason == "length":
        return Heard(faults=(Fault("cut", "it was too long and broke off; be shorter"),))
    wanted: list[tuple[str, dict[str, Any]]] = []
    faults: list[Fault] = []
    made = {_identity(result.call.tool, result.call.arguments) for result in results}
    for call in said.tool_calls or ():
        read = _call(call.function, tools, made)
        if isinstance(read, Fault):
            faults.append(read)
        else:
            wanted.append(read)
    if not text and not wanted and not faults:
        faults.append(Fault("empty", "it was empty"))
    return Heard(text=text, wanted=tuple(wanted), faults=tuple(faults))


def _call(function: Function, tools: Mapping[str, pulpo.Tool], made: set[bytes]) -> tuple[str, dict[str, Any]] | Fault:
    name = function.name or ""
    if name not in tools:
        return Fault("unknown", f"there is no tool {name[:64]!r}; there are: {_names(tools)}", name[:64])
    read = _read(function.arguments, name)
    if isinstance(read, Fault):
        return read
    identity = _identity(name, read)
    if identity in made:
        return Fault("repeated", f"{name} was already called with these arguments; use its result", name)
    made.add(identity)
    return name, read


def _read(arguments: Any, tool: str) -> dict[str, Any] | Fault:
    """Read a call's arguments; whether they fit the tool is the runtime's to say, and the model sees what it said."""
    if isinstance(arguments, dict):
        arguments = _canonical(arguments).decode()
    if arguments is None or arguments == "":
        return {}
    if not isinstance(arguments, str):
        return Fault("malformed", f"the arguments of {tool} are not a JSON object", tool)
    if len(arguments) > MOST_ARGUMENTS:
        return Fault("huge", f"the arguments of {tool} are longer than {MOST_ARGUMENTS} characters", tool)
    try:
        return _arguments(arguments)
    except (msgspec.DecodeError, UnicodeError, RecursionError):
        return Fault("malformed", f"the arguments of {tool} are not a JSON object", tool)


def _identity(tool: str, arguments: Mapping[str, Any]) -> bytes:
    return _canonical((tool, arguments))


def _names(tools: Iterable[str]) -> str:
    return ", ".join(tools) or "none"
