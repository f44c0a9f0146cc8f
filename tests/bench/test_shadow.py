"""What users wait for while every turn of theirs is planned again in the shadow, against the same server without it.

The shadow is switched on and off over the API in blocks, ABBA, so that what the machine does meanwhile hits both alike.
Messages come at a pace of their own, as users' do: one that comes while a shadow plans waits for it.
"""

from __future__ import annotations

import os
import random
import statistics
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TypeAlias

import httpx

from support.server import Server, running

QUADS = int(os.environ.get("QUADS", "10"))
BLOCK = 50
PACE = 0.03
"""Seconds between two messages, a third of the time by chance more or less."""

Pair: TypeAlias = tuple[list[float], list[float]]
"""Seconds of a quad's answers, without the shadow and with it."""

TOML = "[canary]\nenabled = true\npercentage = 0.0\n"
SAID = ("hola", "¿qué servicios tenéis?", "¿cuánto cuesta un corte?", "quiero reservar un corte el martes")


def test_what_a_shadow_costs_users(tmp_path: Path) -> None:
    with running(tmp_path, toml=TOML, environ={"PULPO_LOG_LEVEL": "error"}) as server:
        _block(server, 0.0)
        _block(server, 1.0)
        pairs: list[Pair] = []
        for _ in range(QUADS):
            first, second, third, fourth = (_block(server, share) for share in (0.0, 1.0, 1.0, 0.0))
            pairs.append((first + fourth, second + third))
        shadow = httpx.get(f"{server.url}/metrics/canary/status").json()["shadow"]
    for name, of in (("mean", statistics.fmean), ("median", statistics.median), ("P95", _p95)):
        ratio, low, high = _ratio(pairs, of)
        off = of([each for pair in pairs for each in pair[0]])
        print(f"\nshadow on / off, {name}: {ratio:.3f} ({low:.3f}–{high:.3f}), off {off * 1000:.2f} ms")
    count = sum(len(pair[1]) for pair in pairs)
    print(
        f"{shadow['comparisons']} compared, {shadow['dropped']} dropped of {count + BLOCK} turns;"
        f" {shadow['agreement']:.1%} agree; planning (stable, shadow) {shadow['planning_ms']} ms"
    )


def _block(server: Server, share: float) -> list[float]:
    """Seconds of each answer while ``share`` of the turns is planned again."""
    httpx.post(f"{server.url}/metrics/canary/config", json={"shadow": share}, timeout=10).raise_for_status()
    pause = random.Random(7)  # noqa: S311
    seconds = []
    with httpx.Client(base_url=server.url, timeout=30) as client:
        for number in range(BLOCK):
            time.sleep(PACE * pause.uniform(0.67, 1.33))
            began = time.perf_counter()
            client.post("/chat", json={"message": SAID[number % len(SAID)]}).raise_for_status()
            seconds.append(time.perf_counter() - began)
    return seconds


def _p95(values: Sequence[float]) -> float:
    return sorted(values)[int(0.95 * len(values))]


def _ratio(pairs: list[Pair], of: Callable[[Sequence[float]], float]) -> tuple[float, float, float]:
    """On to off, and its 95 % interval by a bootstrap over the quads."""

    def ratio(chosen: list[Pair]) -> float:
        return of([it for pair in chosen for it in pair[1]]) / of([it for pair in chosen for it in pair[0]])

    rng = random.Random(11)  # noqa: S311
    found = sorted(ratio(rng.choices(pairs, k=len(pairs))) for _ in range(1000))
    return ratio(pairs), found[25], found[974]
