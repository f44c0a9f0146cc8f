"""Checks a business that somebody wrote, and names every wrong place in it at once, with what is allowed there."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from pydantic import BaseModel, ValidationError

from pulpo_booking.business import Business, Holidays, Place, Service, Staff
from pulpo_booking.errors import UnfitBusinessError

_MODELS: Final[Mapping[Place, type[BaseModel]]] = {
    (): Business,
    ("services",): Service,
    ("staff",): Staff,
    ("holidays",): Holidays,
}
"""Which model describes an object, by the keys that lead to it."""


def checked(raw: Any) -> Business:
    """Return the business that ``raw`` (JSON or TOML values) describes; raises `UnfitBusinessError`."""
    try:
        return Business.model_validate(raw)
    except ValidationError as error:
        told: dict[Place, list[str]] = {}
        for place, message in _problems(error, raw):
            told.setdefault(place, []).append(message)
    # A name may be a text or a table: what fits neither is told once, with both.
    raise UnfitBusinessError([(place, " or: ".join(dict.fromkeys(said))) for place, said in told.items()])


def pointer(place: Place) -> str:
    """Return a place as a JSON Pointer (RFC 6901)."""
    return "".join(f"/{str(part).replace('~', '~0').replace('/', '~1')}" for part in place)


def _problems(error: ValidationError, raw: Any) -> Iterator[tuple[Place, str]]:
    listed = error.errors(include_url=False)
    for found in listed:
        if found["type"] == "too_short" and _has_inner(found, listed):
            continue  # what is in the list is wrong, and told: pydantic then takes the list for an empty one
        if found["type"] == "references":
            yield from found["ctx"]["problems"]
        else:
            place = _place(found["loc"], raw, missing=found["type"] in ("missing", "extra_forbidden"))
            yield place, _message(found, place)


def _has_inner(found: Any, listed: Sequence[Any]) -> bool:
    depth = len(found["loc"])
    return any(len(each["loc"]) > depth and each["loc"][:depth] == found["loc"] for each in listed)


def _place(loc: Sequence[Any], raw: Any, *, missing: bool) -> Place:
    """Return the part of pydantic's location that leads through ``raw``: it also names the tried kinds of a union."""
    place: list[str | int] = []
    for part in loc:
        if _leads_on(part, raw):
            raw = raw[part]
        elif missing and part == loc[-1]:
            return (*place, part)
        else:
            break
        place.append(part)
    return tuple(place)


def _leads_on(part: Any, raw: Any) -> bool:
    if isinstance(raw, Mapping):
        return part in raw
    return isinstance(raw, Sequence) and isinstance(part, int) and part < len(raw)


def _message(found: Any, place: Place) -> str:
    if found["type"] == "extra_forbidden":
        model = _MODELS.get(tuple(part for part in place[:-1] if isinstance(part, str)))
        allowed = f"; allowed are {', '.join(model.model_fields)}" if model is not None else ""
        return f"there is no such key; check its spelling{allowed}"
    if found["type"] == "too_short":
        return "at least one is needed"
    if found["type"] == "missing":
        return "this key is missing; add it"
    return str(found["msg"]).removeprefix("Value error, ")
