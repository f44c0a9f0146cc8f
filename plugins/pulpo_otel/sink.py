"""Collects a turn's events and hands its spans on when it is over; decides which turns are recorded."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final, Protocol

from msgspec import structs

import pulpo
from pulpo_otel.spans import HEARD, Span, spans_of

SAMPLED: Final = 1


class Ship(Protocol):
    """Takes the spans of a turn; must not block. ``began`` is when it did, in seconds of the epoch."""

    def __call__(self, spans: tuple[Span, ...], trace: pulpo.TraceContext, began: float, /) -> None: ...


class TraceSink:
    """Turns become traces. ``sample`` is the share of them that is recorded, where the caller has not decided already
    (``follow``); ``content`` adds what was said. ``ship`` and ``clean`` are set while the server runs: before, and
    after, nothing is recorded."""

    name = "otel"

    def __init__(
        self,
        *,
        sample: float,
        follow: bool,
        content: bool,
        random: Callable[[int], bytes],
        clock: Callable[[], float],
    ) -> None:
        self.ship: Ship | None = None
        self.clean: Callable[[Any], Any] = lambda _value: "[hidden]"
        self._below = round(sample * 2**64)
        self._follow = follow
        self._content = content
        self._random = random
        self._clock = clock
        self._events: list[pulpo.Event] = []

    @property
    def handlers(self) -> Mapping[type[pulpo.Event], Callable[[Any], None]]:
        """What spans are made from; what was said only if it is to be in them."""
        handlers: dict[type[pulpo.Event], Callable[[Any], None]] = dict.fromkeys(HEARD, self._heard)
        handlers[pulpo.VariantAssigned] = self._began
        handlers[pulpo.TurnFinished] = handlers[pulpo.TurnAbandoned] = self._over
        if self._content:
            handlers[pulpo.TurnTold] = self._heard
        return handlers

    def begin_trace(self, caller: pulpo.TraceContext | None) -> pulpo.TraceContext:
        """Return the turn's span, below the caller's if there is one, and decide whether it is recorded."""
        if caller is None:
            drawn = self._random(32)
            return pulpo.TraceContext(
                trace_id=drawn[:16].hex(), span_id=drawn[16:24].hex(), flags=self._drawn(drawn[24:])
            )
        turn = caller.under(self._random(8).hex())
        # A caller may choose its trace's id, so that is not what is drawn by.
        return turn if self._follow else structs.replace(turn, flags=self._drawn(self._random(8)))

    def _drawn(self, random: bytes) -> int:
        return SAMPLED if int.from_bytes(random, "big") < self._below else 0

    def _heard(self, event: pulpo.Event) -> None:
        self._events.append(event)

    def _began(self, event: pulpo.VariantAssigned) -> None:
        self._events = [event]

    def _over(self, event: pulpo.TurnFinished | pulpo.TurnAbandoned) -> None:
        events, self._events = [*self._events, event], []
        trace = pulpo.current_trace()
        if self.ship is None or trace is None or not trace.sampled:
            return
        began = self._clock() - event.duration
        spans = spans_of(events, trace, began=began, new_id=self._new_id, clean=self.clean, content=self._content)
        self.ship(spans, trace, began)

    def _new_id(self) -> str:
        return self._random(8).hex()
