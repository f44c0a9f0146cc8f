"""A business as its owner writes it down: hours, services, staff and rules, checked when the file is read.

The format is documented by the models below; `samples/` holds three businesses that use all of it. Hours of a day
are a list of ``["HH:MM", "HH:MM"]``; an end that is not after its start belongs to the next day (22:00–02:00).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from decimal import Decimal
from functools import cached_property
from hashlib import blake2b
from itertools import pairwise
from typing import Annotated, Any, Literal, Self, TypeAlias
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from msgspec import Struct
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, PlainSerializer, model_validator
from pydantic_core import PydanticCustomError

import pulpo

Weekday: TypeAlias = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]

WEEKDAYS: tuple[Weekday, ...] = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")

DAY = 24 * 60
"""Minutes in a day of the wall clock."""

_CLOCK = re.compile(r"([01]?\d|2[0-3]):([0-5]\d)|24:00")


def minutes_of(clock: str) -> int:
    """Return the minutes since midnight of ``HH:MM`` (``24:00`` is 1440); raises `ValueError`."""
    if not _CLOCK.fullmatch(clock):
        raise ValueError(f"{clock!r} is not a time of day; write HH:MM, for example 09:30")
    hours, _, minutes = clock.partition(":")
    return int(hours) * 60 + int(minutes)


def clock_of(minutes: int) -> str:
    """Return ``HH:MM`` for minutes since midnight; minutes of the next day wrap around."""
    return f"{minutes // 60 % 24:02d}:{minutes % 60:02d}"


def _read_span(raw: Any) -> tuple[int, int]:
    if not isinstance(raw, (list, tuple)) or len(raw) != 2 or not all(isinstance(end, str) for end in raw):
        raise ValueError(f'{raw!r} is not a span of time; write ["09:00", "13:00"]')
    start, end = map(minutes_of, raw)
    return start, end if end > start else end + DAY


Span: TypeAlias = Annotated[
    tuple[int, int],
    BeforeValidator(_read_span),
    PlainSerializer(lambda span: [clock_of(span[0]), clock_of(span[1])]),
]
"""A stretch of a day in minutes since its midnight, half-open; the end may lie in the next day."""


def _read_spans(raw: Any) -> Any:
    if not isinstance(raw, (list, tuple)):
        raise ValueError(f'{raw!r} is not a list of spans; write [["09:00", "13:00"]], or [] for none')
    spans = sorted(map(_read_span, raw))
    for (_, end), (start, _) in pairwise(spans):
        if start < end:
            raise ValueError(f"the spans overlap at {clock_of(start)}; join or shorten them")
    return [[clock_of(start), clock_of(end)] if end != DAY else [clock_of(start), "24:00"] for start, end in spans]


Spans: TypeAlias = Annotated[tuple[Span, ...], BeforeValidator(_read_spans)]
Week: TypeAlias = dict[Weekday, Spans]
Name: TypeAlias = str | dict[str, str]
"""One name, or one a language: ``{"es": "Corte", "en": "Haircut"}``."""

Identifier: TypeAlias = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9_-]{0,63}$")]


_CLOSED_DATES = 'closed_dates: write ["2026-12-25"], or {"2026-12-25": "Navidad"} to give the reason'


class Model(BaseModel):
    """Base of what an owner writes: a misspelt key is an error, not a silent default."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Service(Model):
    """What is sold: ``minutes`` for the customer, buffers before and after for the staff alone.

    ``capacity`` customers may share one start with one staff member (a class); ``synonyms`` are further names a
    customer may use, in any language.
    """

    id: Identifier
    name: Name
    description: Name = ""
    synonyms: tuple[str, ...] = ()
    minutes: int = Field(gt=0, le=DAY)
    price: Decimal | None = Field(default=None, ge=0)
    buffer_before_minutes: int = Field(default=0, ge=0, le=DAY)
    buffer_after_minutes: int = Field(default=0, ge=0, le=DAY)
    capacity: int = Field(default=1, ge=1, le=1000)


class Staff(Model):
    """Who gives which services, and when. Without ``services``: all; without ``shifts``: while it is open."""

    id: Identifier
    name: str = Field(min_length=1)
    synonyms: tuple[str, ...] = ()
    services: tuple[str, ...] | None = None
    shifts: Week | None = None
    breaks: Week = Field(default_factory=dict)
    special_shifts: dict[date, Spans] = Field(default_factory=dict)
    days_off: tuple[date, ...] = ()

    def gives(self, service: str) -> bool:
        """Whether this person has the skill for a service."""
        return self.services is None or service in self.services


class Holidays(Model):
    """Public holidays of ``region`` by the holidays library, corrected by hand: it need not agree with the law."""

    use: bool = True
    add: dict[date, Name] = Field(default_factory=dict)
    remove: tuple[date, ...] = ()


class Business(Model):
    """One business, which is one workspace."""

    workspace: Identifier
    name: str = Field(min_length=1)
    kind: str = ""
    languages: tuple[str, ...] = ("es", "en")
    tz: str
    region: str = Field(default="", pattern=r"^([A-Z]{2}(-[A-Z0-9]{1,3})?)?$")
    currency: str = Field(default="EUR", pattern=r"^[A-Z]{3}$")
    slot_step_minutes: int = Field(default=15, ge=1, le=DAY)
    minimum_notice_minutes: int = Field(default=0, ge=0)
    maximum_advance_days: int = Field(default=90, ge=1, le=3660)
    rooms: int | None = Field(default=None, ge=1)
    hours: Week
    closed_dates: dict[date, Name] = Field(default_factory=dict)
    special_hours: dict[date, Spans] = Field(default_factory=dict)
    holidays: Holidays = Holidays()
    day_services: dict[Weekday, tuple[str, ...]] = Field(default_factory=dict)
    daily_limits: dict[str, Annotated[int, Field(ge=0)]] = Field(default_factory=dict)
    services: tuple[Service, ...] = Field(min_length=1)
    staff: tuple[Staff, ...] = Field(min_length=1)

    @model_validator(mode="before")
    @classmethod
    def _name_closures(cls, raw: Any) -> Any:
        """A list of closed dates is short for closures without a reason."""
        if isinstance(raw, Mapping) and isinstance(raw.get("closed_dates"), (list, tuple)):
            listed = raw["closed_dates"]
            if not all(isinstance(each, (str, date)) for each in listed):
                raise PydanticCustomError(
                    "references", "{said}", {"said": _CLOSED_DATES, "problems": [(("closed_dates",), _CLOSED_DATES)]}
                )
            return {**raw, "closed_dates": dict.fromkeys(listed, "")}
        return raw

    @model_validator(mode="after")
    def _check_references(self) -> Self:
        if problems := list(_problems(self)):
            said = "; ".join(message for _, message in problems)
            raise PydanticCustomError("references", "{said}", {"said": said, "problems": problems})
        return self

    @cached_property
    def zone(self) -> ZoneInfo:
        """The zone whose wall clock the hours are read on."""
        return ZoneInfo(self.tz)

    @cached_property
    def services_by_id(self) -> dict[str, Service]:
        return {service.id: service for service in self.services}

    @cached_property
    def staff_by_id(self) -> dict[str, Staff]:
        return {person.id: person for person in self.staff}

    def staff_for(self, service: str) -> tuple[Staff, ...]:
        """Who gives a service, in the order of the file."""
        return tuple(person for person in self.staff if person.gives(service))

    def as_workspace(self) -> pulpo.Workspace:
        """The tenant the runtime serves this business as."""
        return pulpo.Workspace(
            id=self.workspace, name=self.name, languages=self.languages, tz=self.tz, region=self.region
        )


Place: TypeAlias = tuple[str | int, ...]
"""Keys and positions that lead from the business to something in it."""


def _problems(business: Business) -> Iterator[tuple[Place, str]]:
    """What no single field can know: zones, references between lists, contradictions."""
    yield from _duplicates("services", [service.id for service in business.services])
    yield from _duplicates("staff", [person.id for person in business.staff])
    yield from _unknown_services(business)
    if both := business.closed_dates.keys() & business.special_hours.keys():
        yield ("closed_dates",), f"{min(both)} stands in closed_dates and in special_hours; keep one of them"
    try:
        ZoneInfo(business.tz)
    except (ValueError, OSError, ZoneInfoNotFoundError):
        yield ("tz",), f"tz {business.tz!r} is not an IANA zone; write one such as Europe/Madrid"


def _duplicates(where: str, ids: list[str]) -> Iterator[tuple[Place, str]]:
    for position, id_ in enumerate(ids):
        if id_ in ids[:position]:
            yield (where, position, "id"), f"{where}: the id {id_!r} is used twice; ids must differ"


def _unknown_services(business: Business) -> Iterator[tuple[Place, str]]:
    known = {service.id for service in business.services}
    named: list[tuple[Place, str, Iterable[str]]] = [
        (("staff", position, "services"), f"staff {person.id}: services", person.services or ())
        for position, person in enumerate(business.staff)
    ]
    named += [(("day_services", day), f"day_services.{day}", ids) for day, ids in business.day_services.items()]
    named += [(("daily_limits",), "daily_limits", business.daily_limits)]
    for place, where, ids in named:
        for id_ in ids:
            if id_ not in known:
                yield place, f"{where}: no service {id_!r}; there are {', '.join(sorted(known))}"


class Stored(Struct, frozen=True):
    """A business from the database; ``version`` counts its changes, ``updated_at`` is UTC seconds."""

    business: Business
    version: int
    updated_at: int


def document_of(business: Business) -> dict[str, Any]:
    """Return what its owner wrote, as JSON values that `checking.checked` reads again."""
    return business.model_dump(mode="json", exclude_unset=True)


def etag_of(business: Business | None, stored: Stored | None) -> str:
    """Return the validator (RFC 9110) of the business in force; "" when there is none.

    It is strong: the version alone would not do, for a file may change between two starts.
    """
    if business is None:
        return ""
    digest = blake2b(business.model_dump_json(exclude_unset=True).encode(), digest_size=8).hexdigest()
    return f'"{stored.version if stored else 0}-{digest}"'
