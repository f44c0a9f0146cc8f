"""A response in pieces (server-sent events), put together again."""

from __future__ import annotations

from typing import Final

from pulpo_llm.errors import ModelResponseError
from pulpo_llm.protocol import Choice, Completion, Function, Said, Used, WantedCall, completion

MOST_CALLS: Final = 64
"""Calls in one response whose pieces are kept apart; a model that asks for more is not helped."""


class Assembly:
    """Takes the bytes of a stream and returns the whole response; ``done`` once the server said that this was all."""

    def __init__(self) -> None:
        self.done = False
        self._rest = b""
        self._content: list[str] = []
        self._refusal: list[str] = []
        self._names: dict[int, str] = {}
        self._arguments: dict[int, list[str]] = {}
        self._finish: str | None = None
        self._used: Used | None = None

    def feed(self, chunk: bytes) -> None:
        """Take in what came; raises `ModelResponseError` when it is no stream of completions."""
        *lines, self._rest = (self._rest + chunk).split(b"\n")
        for line in lines:
            data = line[5:].strip() if line.startswith(b"data:") else b""
            if data == b"[DONE]":
                self.done = True
                return
            if data:
                self._take(completion(data))

    def whole(self) -> Completion:
        """Return the response; raises `ModelResponseError` when it broke off."""
        if self._rest.strip() and not self.done:
            self.feed(b"\n")
        if self._finish is None:
            raise ModelResponseError("protocol", "the stream broke off")
        calls = tuple(
            WantedCall(Function(self._names.get(index), "".join(parts))) for index, parts in self._arguments.items()
        )
        said = Said("".join(self._content) or None, "".join(self._refusal) or None, calls or None)
        return Completion((Choice(message=said, finish_reason=self._finish),), self._used)

    def _take(self, event: Completion) -> None:
        self._used = event.usage or self._used
        for choice in event.choices[:1]:
            self._finish = choice.finish_reason or self._finish
            if choice.delta is not None:
                self._add(choice.delta)

    def _add(self, said: Said) -> None:
        if said.content:
            self._content.append(said.content)
        if said.refusal:
            self._refusal.append(said.refusal)
        for position, call in enumerate(said.tool_calls or ()):
            index = position if call.index is None else call.index
            if index not in self._arguments and len(self._arguments) >= MOST_CALLS:
                raise ModelResponseError("huge", f"the model asks for more than {MOST_CALLS} calls at once")
            self._names.setdefault(index, call.function.name or "")
            if isinstance(call.function.arguments, str):
                self._arguments.setdefault(index, []).append(call.function.arguments)
            else:
                self._arguments.setdefault(index, [])
