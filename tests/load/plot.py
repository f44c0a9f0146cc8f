"""Lines over time as SVG that stands alone: no script, no font, no file beside it."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from html import escape
from typing import NamedTuple

WIDTH, HEIGHT = 900, 260
LEFT, RIGHT, TOP, BOTTOM = 64, 16, 44, 34
COLOURS = ("#0b6e4f", "#c8553d", "#3a6ea5", "#8a6d00", "#6b4c9a")
DASHES = ("", "6 3", "2 3", "8 3 2 3", "1 4")
"""Lines differ by more than their colour, for who sees no colours."""

STEPS = (1, 1.2, 1.6, 2, 3, 4, 6, 8, 10)
"""Where an axis may end: a quarter of each is a short number."""


class Line(NamedTuple):
    """A name and a value for each x; ``step`` holds each value until the next."""

    name: str
    values: Sequence[float]
    step: bool = False


class Band(NamedTuple):
    """A part of the x axis with a name, shaded."""

    name: str
    begin: float
    end: float


def chart(
    title: str, xs: Sequence[float], lines: Sequence[Line], *, unit: str, x_unit: str = "s", bands: Sequence[Band] = ()
) -> str:
    """Return a chart of ``lines`` over ``xs``, its y axis from 0."""
    top = nice(max((value for line in lines for value in line.values), default=1.0))
    first, last = (xs[0], xs[-1]) if xs else (0.0, 1.0)
    span = (last - first) or 1.0

    def at_x(value: float) -> float:
        return LEFT + (min(max(value, first), last) - first) / span * (WIDTH - LEFT - RIGHT)

    def at_y(value: float) -> float:
        return HEIGHT - BOTTOM - value / top * (HEIGHT - TOP - BOTTOM)

    parts = [_band(band, at_x) for band in bands]
    parts += [_horizontal(at_y(top * i / 4), _number(top * i / 4)) for i in range(5)]
    parts += [_vertical(at_x(tick), _number(tick)) for tick in ticks(first, last)]
    for number, line in enumerate(lines):
        parts += [
            _legend(number, line.name),
            _path(number, line, [at_x(x) for x in xs], [at_y(y) for y in line.values]),
        ]
    label = escape(f"{title} ({unit})")
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" role="img" aria-label="{label}"'
        ' font-family="system-ui, sans-serif" font-size="12">'
        f'<rect width="{WIDTH}" height="{HEIGHT}" fill="#fff"/>'
        f'<text x="{LEFT}" y="18" font-size="14" font-weight="600">{label}</text>{"".join(parts)}'
        f'<text x="{WIDTH - RIGHT}" y="{HEIGHT - 4}" text-anchor="end" fill="#444">{escape(x_unit)}</text></svg>'
    )


def nice(value: float) -> float:
    """Return the next of `STEPS` times a power of ten that is not below ``value``."""
    if value <= 0:
        return 1.0
    power = 10.0 ** math.floor(math.log10(value))
    return next(step * power for step in STEPS if step * power >= value * (1 - 1e-9))


def ticks(first: float, last: float) -> list[float]:
    """Return four to ten round numbers between ``first`` and ``last``."""
    step = nice((last - first) / 8 or 1.0)
    begin = math.ceil(first / step)
    return [step * i for i in range(begin, math.floor(last / step + 1e-9) + 1)]


def _path(number: int, line: Line, xs: Sequence[float], ys: Sequence[float]) -> str:
    steps = []
    for i, (x, y) in enumerate(zip(xs, ys, strict=True)):
        steps.append(f"H{x:.1f}V{y:.1f}" if line.step and i else f"{'L' if i else 'M'}{x:.1f} {y:.1f}")
    dash = f' stroke-dasharray="{DASHES[number]}"' if DASHES[number] else ""
    return f'<path d="{"".join(steps)}" fill="none" stroke="{COLOURS[number]}" stroke-width="1.6"{dash}/>'


def _legend(number: int, name: str) -> str:
    x = LEFT + number * 165
    dash = f' stroke-dasharray="{DASHES[number]}"' if DASHES[number] else ""
    return (
        f'<line x1="{x}" x2="{x + 26}" y1="32" y2="32" stroke="{COLOURS[number]}" stroke-width="2"{dash}/>'
        f'<text x="{x + 32}" y="36">{escape(name)}</text>'
    )


def _horizontal(y: float, label: str) -> str:
    return (
        f'<line x1="{LEFT}" x2="{WIDTH - RIGHT}" y1="{y:.1f}" y2="{y:.1f}" stroke="#ddd"/>'
        f'<text x="{LEFT - 6}" y="{y + 4:.1f}" text-anchor="end" fill="#444">{label}</text>'
    )


def _vertical(x: float, label: str) -> str:
    y = HEIGHT - BOTTOM
    return (
        f'<line x1="{x:.1f}" x2="{x:.1f}" y1="{y}" y2="{y + 4}" stroke="#888"/>'
        f'<text x="{x:.1f}" y="{y + 17}" text-anchor="middle" fill="#444">{label}</text>'
    )


def _band(band: Band, at_x: Callable[[float], float]) -> str:
    begin, end = at_x(band.begin), at_x(band.end)
    return (
        f'<rect x="{begin:.1f}" y="{TOP}" width="{end - begin:.1f}" height="{HEIGHT - TOP - BOTTOM}" fill="#f3efe2"/>'
        f'<text x="{begin + 4:.1f}" y="{TOP + 12}" fill="#6b5b1e">{escape(band.name)}</text>'
    )


def _number(value: float) -> str:
    return f"{value:,.0f}" if value >= 10 or value == int(value) else f"{value:.3g}"
