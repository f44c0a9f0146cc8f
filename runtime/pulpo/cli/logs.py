"""``pulpo logs``: the server's JSON lines, for people."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import Any, Final, TextIO

import click

MARKERS: Final = ("AGENT_LOOP", "CANARY", "ERROR")
LEVELS: Final = ("debug", "info", "warning", "error", "critical")
COLOURS: Final = {"warning": "yellow", "error": "red", "critical": "red"}

_HEAD: Final = frozenset({"timestamp", "level", "event", "marker"})
_LONG: Final = frozenset({"trace", "exception"})
"""Texts of several lines, which go below."""

_CONTROL: Final = {code: f"\\x{code:02x}" for code in (*range(32), *range(127, 160)) if code != ord("\n")}


@click.command(short_help="Show a server's log for people.")
@click.argument("file", type=click.File(encoding="utf-8", errors="replace"), default="-")
@click.option("--marker", "markers", multiple=True, type=click.Choice(MARKERS), help="Only these; repeat for several.")
@click.option("--level", type=click.Choice(LEVELS), default="debug", help="Only this level and above.")
@click.option("--workspace", metavar="ID", help="Only this workspace.")
@click.option("--conversation", metavar="ID", help="Only this conversation.")
@click.option("--turn", metavar="ID", help="Only this turn.")
@click.option("--request", "request_id", metavar="ID", help="Only this request (X-Request-Id).")
def logs(file: TextIO, markers: tuple[str, ...], level: str, **ids: str | None) -> None:
    """Show the JSON lines of FILE, or of standard input: pulpo serve | pulpo logs --marker ERROR"""
    wanted = {name: value for name, value in ids.items() if value is not None}
    for line in shown(file, markers=markers, level=level, ids=wanted):
        click.echo(line)


def shown(
    lines: Iterable[str], *, markers: Collection[str] = (), level: str = "debug", ids: Mapping[str, str]
) -> Iterator[str]:
    """Return each line as text, those that are not asked for left out.

    A line that is not one of ours (a banner, a traceback of the interpreter) is shown as it is, unless something in
    particular is asked for.
    """
    chosen = bool(markers or ids) or level != "debug"
    for line in lines:
        entry = _entry(line)
        if entry is None:
            if not chosen and line.strip():
                yield _plain(line.rstrip("\n"))
        elif _fits(entry, markers, level, ids):
            yield pretty(entry)


def pretty(entry: Mapping[str, Any]) -> str:
    """Return one entry as a line: time, level, marker, event, fields; a traceback goes below."""
    level = str(entry.get("level", ""))
    time = str(entry.get("timestamp", ""))[11:23]
    head = f"{time} {level:<8} {entry.get('marker') or '':<10} {entry.get('event', '')}"
    fields = " ".join(
        f"{name}={_value(value)}"
        for name, value in entry.items()
        if name not in _HEAD | _LONG and value not in ("", None)
    )
    below = "".join(
        "\n    " + _plain(str(entry[name])).replace("\n", "\n    ") for name in sorted(_LONG) if entry.get(name)
    )
    shown_head = click.style(_plain(head), fg=COLOURS[level], bold=True) if level in COLOURS else _plain(head)
    return f"{shown_head}  {click.style(_plain(fields), dim=True)}{below}"


def _entry(line: str) -> dict[str, Any] | None:
    try:
        found = json.loads(line)
    except ValueError:
        return None
    return found if isinstance(found, dict) and "event" in found else None


def _fits(entry: Mapping[str, Any], markers: Collection[str], level: str, ids: Mapping[str, str]) -> bool:
    return (
        (not markers or entry.get("marker") in markers)
        and _rank(entry.get("level")) >= LEVELS.index(level)
        and all(entry.get(name) == value for name, value in ids.items())
    )


def _rank(level: Any) -> int:
    return LEVELS.index(level) if level in LEVELS else len(LEVELS)


def _value(value: Any) -> str:
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return json.dumps(text, ensure_ascii=False) if isinstance(value, str) and (" " in text or "\n" in text) else text


def _plain(text: str) -> str:
    """Return text that cannot move the cursor or colour the terminal: a log holds what strangers sent."""
    return text.translate(_CONTROL)
