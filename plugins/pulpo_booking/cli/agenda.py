"""``pulpo booking agenda``: who comes when, and who is free, as a table a day."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from datetime import date, datetime
from itertools import groupby
from typing import Any

import click
import msgspec

import pulpo
from pulpo_booking.speech import day_text, language

WORDS = {
    "es": {
        "closed": "cerrado", "nothing": "nadie ha reservado", "time": "hora", "service": "servicio",
        "customer": "cliente", "phone": "teléfono", "staff": "con", "free": "libre", "cancelled": "cancelada",
    },
    "en": {
        "closed": "closed", "nothing": "nobody has booked", "time": "time", "service": "service",
        "customer": "customer", "phone": "phone", "staff": "with", "free": "free", "cancelled": "cancelled",
    },
}  # fmt: skip

COLUMNS = ("time", "service", "customer", "phone", "staff")
WIDE = 160
"""Columns where there is no terminal."""


@click.command()
@click.argument("day", required=False, metavar="[DATE]")
@click.option("--day", "span", flag_value="day", default=True, help="That day [the default].")
@click.option("--week", "span", flag_value="week", help="Its week, Monday to Sunday.")
@click.option("--month", "span", flag_value="month", help="Its month.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON for programs.")
@click.pass_obj
def agenda(api: pulpo.Api, day: str | None, span: str, as_json: bool) -> None:
    """Show the appointments and the free time around DATE (YYYY-MM-DD; today, unless you say)."""
    query = {"span": span} | ({"from": day} if day else {})
    answer = api.call("GET", "/booking/agenda", query=query).body
    if as_json:
        click.echo(msgspec.json.format(msgspec.json.encode(answer), indent=2).decode())
        return
    _print(answer, language(api.locale), whole=span == "day")


def _print(answer: dict[str, Any], spoken: str, *, whole: bool) -> None:
    from rich.console import Console

    console = Console(width=None if sys.stdout.isatty() else WIDE, highlight=False)
    today = datetime.fromisoformat(answer["now"]).date()
    console.print(f"[bold]{answer['business']}[/] [dim]{answer['tz']}[/]", soft_wrap=True)
    for each in answer["days"]:
        if not (whole or each["open"] or each["appointments"] or each["reason"]):
            continue  # a day that is closed every week need not be said of a week
        console.print()
        console.print(_heading(each, spoken, today))
        if each["appointments"]:
            console.print(_table(each, spoken))
        elif each["open"]:
            console.print(f"  {WORDS[spoken]['nothing']}", style="dim")
        for line in _free(each, spoken):
            console.print(line, style="green")


def _heading(day: dict[str, Any], spoken: str, today: date) -> Any:
    from rich.text import Text

    hours = _clocks(day["open"]) or WORDS[spoken]["closed"]
    said = day_text(date.fromisoformat(day["date"]), spoken, today=today)
    parts = [said[:1].upper() + said[1:], hours, *([day["reason"]] if day["reason"] else [])]
    return Text(" · ".join(parts), style="bold" if day["open"] else "dim")


def _table(day: dict[str, Any], spoken: str) -> Any:
    from rich.box import SIMPLE_HEAD
    from rich.table import Table
    from rich.text import Text

    words = WORDS[spoken]
    table = Table(*(words[column] for column in COLUMNS), box=SIMPLE_HEAD, pad_edge=True, show_edge=False)
    for each in day["appointments"]:
        start = datetime.fromisoformat(each["local"])
        cancelled = each["state"] == "cancelled"
        time = f"{start:%H:%M} {words['cancelled']}" if cancelled else f"{start:%H:%M}"
        cells = (time, each["service_name"], each["name"], each["phone"], each["staff_name"])
        table.add_row(*(Text(cell, style="dim strike" if cancelled else "") for cell in cells))
    return table


def _free(day: dict[str, Any], spoken: str) -> Iterator[str]:
    """One line for those who are free at the same times."""
    people = sorted((_clocks(each["free"]), each["name"]) for each in day["people"] if each["free"])
    for clocks, group in groupby(people, key=lambda each: each[0]):
        yield f"  {WORDS[spoken]['free']}: {', '.join(name for _, name in group)} {clocks}"


def _clocks(spans: list[dict[str, str]]) -> str:
    return ", ".join(f"{each['start'][11:16]}–{each['end'][11:16]}" for each in spans)
