"""The shipped demo business, days it is open on, and chats with a real server about them."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import holidays
import httpx

from support.server import Server

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
SPOKEN = {
    "es": (
        "lunes martes miércoles jueves viernes sábado domingo".split(),
        "enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre".split(),
        "{weekday} {day} de {month}",
    ),
    "en": (
        "Monday Tuesday Wednesday Thursday Friday Saturday Sunday".split(),
        "January February March April May June July August September October November December".split(),
        "{weekday}, {month} {day}",
    ),
}


@dataclass(frozen=True, slots=True)
class Demo:
    """The demo business as its own file describes it."""

    raw: dict[str, Any]

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.raw["tz"])

    @property
    def services(self) -> dict[str, dict[str, Any]]:
        return {service["id"]: service for service in self.raw["services"]}

    def full_days(self) -> Iterator[date]:
        """Days from four days ahead on which everybody works and nothing closes the business."""
        country, _, part = self.raw["region"].partition("-")
        exceptions = {*self.raw["closed_dates"], *self.raw["special_hours"], *self.raw["holidays"]["add"]}
        today = datetime.now(self.zone).date()
        for ahead in range(4, self.raw["maximum_advance_days"]):
            day = today + timedelta(days=ahead)
            weekday = WEEKDAYS[day.weekday()]
            everybody = all(weekday in person["shifts"] for person in self.raw["staff"])
            closed = day in holidays.country_holidays(country, subdiv=part or None) or str(day) in exceptions
            if weekday != "sat" and everybody and not closed:
                yield day

    def at(self, day: date, clock: str) -> int:
        """UTC seconds of a wall-clock time of the business."""
        return int(datetime.fromisoformat(f"{day}T{clock}").replace(tzinfo=self.zone).timestamp())


@dataclass(slots=True)
class Chat:
    """One person's conversation."""

    client: httpx.Client
    user: str
    locale: str
    conversation: str | None = None
    answers: list[dict[str, Any]] = field(default_factory=list)

    def say(self, message: str) -> str:
        """Send a message and return the reply; anything but a good answer fails the test."""
        body = {"message": message, "user_id": self.user, "locale": self.locale}
        if self.conversation is not None:
            body["conversation_id"] = self.conversation
        response = self.client.post("/chat", json=body)
        assert response.status_code == 200, f"{message!r}: {response.status_code} {response.text}"
        answer = response.json()
        assert answer["outcome"] == "ok", f"{message!r}: {answer}"
        self.conversation = answer["conversation_id"]
        self.answers.append(answer)
        return str(answer["reply"])


@dataclass(frozen=True, slots=True)
class Book:
    """The appointments as the database has them."""

    server: Server

    def rows(self, user: str | None = None, *, state: str = "active") -> list[dict[str, Any]]:
        """Return the rows in ``state``, those of ``user`` if given, soonest first."""
        with closing(sqlite3.connect(f"file:{self.server.database_path}?mode=ro", uri=True)) as database:
            database.row_factory = sqlite3.Row
            found = database.execute(
                "SELECT * FROM booking_appointments WHERE state = ? AND (? IS NULL OR customer LIKE '%' || ?)"
                " ORDER BY starts_at",
                (state, user, user),
            )
            return [dict(row) for row in found]


def spoken(day: date, locale: str) -> str:
    """A day as people write it: «jueves 3 de diciembre», “Thursday, December 3”."""
    weekdays, months, pattern = SPOKEN[locale[:2]]
    return pattern.format(weekday=weekdays[day.weekday()], month=months[day.month - 1], day=day.day)
