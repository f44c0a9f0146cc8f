"""What a conversation costs that nobody writes in any more: ``python -m load.idle``.

Conversations of ten messages (five of the user, five answers) are held one after another; after each batch the
server's memory is read when it has come to rest. The first batches fill caches that have an end; the slope over the
others is the cost of a conversation.
"""

from __future__ import annotations

import asyncio
import json
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from statistics import linear_regression
from typing import Any, Final

import click

from load.driver import HEAD, Line
from load.house import House, own
from load.plot import Line as Curve
from load.plot import chart

MESSAGES: Final = ("hola", "¿qué servicios tenéis?", "¿cuánto cuesta un corte?", "¿cuál es el horario?", "gracias")
MOST_KIB: Final = 1.5
PARALLEL: Final = 16


async def hold(port: int, count: int, first: int) -> int:
    """Hold ``count`` conversations; return how many answers were not ``ok``."""
    numbers = iter(range(first, first + count))
    return sum(await asyncio.gather(*(_hold(port, numbers) for _ in range(PARALLEL))))


async def _hold(port: int, numbers: Any) -> int:
    _, line = await asyncio.get_running_loop().create_connection(Line, "127.0.0.1", port)
    wrong = 0
    for number in numbers:
        said: dict[str, Any] = {"user_id": f"idle{number}"}
        for turn, message in enumerate(MESSAGES):
            body = json.dumps({**said, "message": message}).encode()
            response = await line.ask(HEAD % (f"idle-{number}-{turn}".encode(), len(body), body))
            answer = json.loads(response.body or b"{}")
            wrong += answer.get("outcome") != "ok"
            said["conversation_id"] = answer.get("conversation_id")
    if line.transport is not None:
        line.transport.close()
    return wrong


def settled(house: House, *, quiet: float = 3.0, limit: float = 30.0) -> int:
    """Return the server's memory once it has not changed by a page in ``quiet`` seconds."""
    until, seen, since = time.monotonic() + limit, -1, time.monotonic()
    while time.monotonic() < until and time.monotonic() - since < quiet:
        now = house.watch().resident
        if now != seen:
            seen, since = now, time.monotonic()
        time.sleep(0.25)
    return seen


def slope(held: Sequence[int], resident: Sequence[int]) -> float:
    """Return KiB a conversation: the line of least squares through what was measured."""
    return linear_regression(held, resident).slope / 1024


@click.command(context_settings={"show_default": True})
@click.option("--batches", type=click.IntRange(min=3), default=10)
@click.option("--each", type=click.IntRange(min=10), default=1000, help="Conversations of a batch.")
@click.option("--warm", type=click.IntRange(min=1), default=2, help="Batches that are not counted.")
@click.option("--out", type=click.Path(path_type=Path), default=Path("load-report"), help="The report's folder.")
def main(batches: int, each: int, warm: int, out: Path) -> None:
    """Measure what an idle conversation costs a server of its own."""
    held, resident, wrong = [0], [0], 0
    with tempfile.TemporaryDirectory(prefix="pulpo-idle-") as folder, own(Path(folder)) as house:
        resident[0] = settled(house)
        for batch in range(batches):
            wrong += asyncio.run(hold(house.port, each, batch * each))
            held.append(held[-1] + each)
            resident.append(settled(house))
            click.echo(f"{held[-1]} conversations: {resident[-1] / 1e6:.1f} MB")
    cost = slope(held[warm:], resident[warm:])
    out.mkdir(parents=True, exist_ok=True)
    curve = Curve("resident", [value / 1e6 for value in resident])
    page = out / "idle.svg"
    page.write_text(
        chart("Memory by idle conversations", list(map(float, held)), [curve], unit="MB", x_unit=""), "utf-8"
    )
    holds = cost <= MOST_KIB and not wrong
    click.echo(
        f"{'held' if holds else 'BROKEN'}: {cost:.3f} KiB a conversation of {2 * len(MESSAGES)} messages"
        f" (at most {MOST_KIB:g}), {wrong} answers not ok; {page}"
    )
    sys.exit(0 if holds else 1)


if __name__ == "__main__":
    main()
