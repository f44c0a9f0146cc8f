"""From arguments to a question for the calendar, or to an answer that says which argument does not fit."""

import re
from functools import partial
from typing import TYPE_CHECKING

import pulpo
from pulpo_booking.business import Business, Service, Staff
from pulpo_booking.calendar import Question
from pulpo_booking.desk import ANY, Desk, book_of, find_service, find_staff
from pulpo_booking.search import Load
from pulpo_booking.speech import either, join, name_of, within
from pulpo_booking.texts import say

if TYPE_CHECKING:
    from sqlalchemy import Connection

_PHONE = re.compile(r"\+?\d{6,15}")


class UnfitError(Exception):
    """An argument does not fit; ``result`` says so to the user, with what would."""

    def __init__(self, result: pulpo.Result) -> None:
        super().__init__(result.text)
        self.result = result


def ask(desk: Desk, context: pulpo.ToolContext, service: str, staff: str | None) -> Question:
    """Return the calendar's question; raises `UnfitError` for a service or person that does not exist together."""
    business = desk.business(context.workspace.id)
    found = find_service(business, service)
    if found is None:
        raise UnfitError(_unknown_service(business, context.locale))
    person = None if staff in (None, "", ANY) else find_staff(business, staff or "")
    if staff not in (None, "", ANY) and (person is None or not person.gives(found.id)):
        raise UnfitError(_unknown_staff(business, found, context.locale))
    return Question(business=business, service=found, staff=person, now=int(context.now.timestamp()))


def loader(connection: "Connection", business: Business, *, without: str = "") -> Load:
    """Return how the search reads what is taken, leaving out the appointment that is to be moved."""
    return partial(book_of(connection, business).taken, without=without)


def clean_name(name: str, locale: str) -> str:
    """Return a customer's name with single spaces; raises `UnfitError` for one without a letter or too long."""
    cleaned = " ".join(name.split())
    if not any(char.isalpha() for char in cleaned) or len(cleaned) > 80:
        raise UnfitError(pulpo.Result({"problem": "name"}, say("bad_name", locale), done=False))
    return cleaned


def clean_phone(phone: str, locale: str) -> str:
    """Return a phone number as ``+`` and digits; raises `UnfitError` unless it has 6 to 15 digits (ITU-T E.164)."""
    cleaned = re.sub(r"[\s().\-/]", "", phone)
    if not _PHONE.fullmatch(cleaned):
        raise UnfitError(pulpo.Result({"problem": "phone"}, say("bad_phone", locale), done=False))
    return cleaned


def _unknown_service(business: Business, locale: str) -> pulpo.Result:
    names = [name_of(service.name, locale) for service in business.services]
    offers = tuple(
        pulpo.Offer(name, {"service": service.id}) for name, service in zip(names, business.services, strict=True)
    )
    text = say("unknown_service", locale, names=join([within(name, locale) for name in names], locale))
    return pulpo.Result({"problem": "service"}, text, offers, done=False)


def _unknown_staff(business: Business, service: Service, locale: str) -> pulpo.Result:
    able: tuple[Staff, ...] = business.staff_for(service.id)
    text = say(
        "unknown_staff",
        locale,
        service=within(name_of(service.name, locale), locale),
        names=either([person.name for person in able], locale),
    )
    offers = tuple(pulpo.Offer(person.name, {"staff": person.id}) for person in able)
    return pulpo.Result({"problem": "staff"}, text, offers, done=False)
