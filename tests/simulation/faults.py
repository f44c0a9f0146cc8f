"""What may go wrong, and the record of what did: one source of chance for a whole simulation."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from random import Random
from typing import TypeVar

import anyio

T = TypeVar("T")


class Killed(BaseException):
    """The process is gone: nothing it was doing goes on."""


@dataclass
class Fate:
    """Decides by its seed; ``calm`` is when nothing goes wrong any more. ``trace`` is what a replay must repeat."""

    seed: int
    calm: bool = False
    trace: list[str] = field(default_factory=list)
    random: Random = field(init=False)

    def __post_init__(self) -> None:
        self.random = Random(self.seed)  # noqa: S311

    def strikes(self, chance: float) -> bool:
        return not self.calm and self.random.random() < chance

    def choose(self, options: Sequence[T]) -> T:
        return options[0] if self.calm else self.random.choice(options)

    async def pause(self, most: float) -> None:
        await anyio.sleep(self.random.uniform(0, most))

    def note(self, text: str) -> None:
        self.trace.append(f"{anyio.current_time():.6f} {text}")
