"""The agenda in a real browser: a month, a day, both languages, keyboard, accessibility, the strict policy."""

from __future__ import annotations

import json
from datetime import date, timedelta
from importlib.resources import files

import httpx
import pytest
from playwright.sync_api import Page, expect

from support.demo import Demo, spoken
from support.server import Server

from .test_pages import NewVisit, axe, browser, grave_findings, new_visit

__all__ = ["axe", "browser", "new_visit"]


@pytest.fixture(scope="module")
def booked(server: Server) -> date:
    """A day on which Ana García comes at 11:00, and somebody cancelled 12:00."""
    demo = Demo(json.loads(files("pulpo_booking").joinpath("samples/demo.json").read_text("utf-8")))
    day = next(iter(demo.full_days()))
    with httpx.Client(base_url=server.url, timeout=60) as client:
        for clock, end in (("11:00", []), ("12:00", ["cancela mi cita de las 12:00", "sí"])):
            wish = f"Quiero una manicura el {spoken(day, 'es')} a las {clock}. Soy Ana García, 612 345 678."
            said = [wish, "sí", *end]
            conversation = None
            for text in said:
                body = {"message": text, "locale": "es"} | ({"conversation_id": conversation} if conversation else {})
                conversation = client.post("/chat", json=body).json()["conversation_id"]
        (told,) = client.get("/booking/agenda", params={"from": day.isoformat()}).json()["days"]
        assert sorted(each["state"] for each in told["appointments"]) == ["active", "cancelled"]
    return day


def opened(page: Page, selector: str) -> Page:
    expect(page.locator(selector).first).to_be_visible()
    return page


@pytest.mark.parametrize(
    ("locale", "color_scheme", "width"),
    [("es-ES", "light", 1280), ("es-AR", "dark", 320), ("en-GB", "dark", 1280), ("en-US", "light", 320)],
)
def test_month_and_day_are_accessible_in_both_languages(
    new_visit: NewVisit, axe: str, booked: date, locale: str, color_scheme: str, width: int
) -> None:
    visit = new_visit(locale=locale, color_scheme=color_scheme, width=width)
    page = opened(visit.open(f"/console#/agenda/{booked:%Y-%m}"), ".agenda-month")
    spanish = locale.startswith("es")
    cell = page.locator(f'[data-day="{booked}"]')
    expect(cell).to_contain_text("1 cita" if spanish else "1 appointment")
    expect(page.locator(".agenda-closed").first).to_contain_text("Cerrado" if spanish else "Closed")
    assert grave_findings(page, axe) == []
    cell.click()
    expect(page.locator(".agenda-booked")).to_contain_text("Ana García")
    expect(page.locator(".agenda-booked")).to_contain_text("11:00–11:45")
    expect(page.locator(".agenda-cancelled")).to_contain_text("Cancelada" if spanish else "Cancelled")
    expect(page.locator(".agenda-free").first).to_contain_text("Libre" if spanish else "Free")
    assert grave_findings(page, axe) == []
    assert page.evaluate("document.documentElement.scrollWidth") == width
    assert visit.errors == []
    assert visit.strangers == []


def test_a_month_is_walked_with_the_keyboard(new_visit: NewVisit, booked: date) -> None:
    page = opened(new_visit().open("/console#/agenda/2027-01"), ".agenda-month")
    page.locator('[data-day="2027-01-13"]').focus()
    focused = "document.activeElement.dataset.day"
    for key, day in (("ArrowRight", "2027-01-14"), ("ArrowDown", "2027-01-21"), ("ArrowUp", "2027-01-14")):
        page.keyboard.press(key)
        assert page.evaluate(focused) == day
    page.keyboard.press("PageDown")
    expect(page.locator('[data-day="2027-02-28"]')).to_be_visible()
    page.locator('[data-day="2027-02-10"]').press("Enter")
    expect(page.get_by_role("heading", level=2)).to_contain_text("10 de febrero de 2027")


def test_dates_lead_to_their_neighbours_and_a_wrong_one_is_told(new_visit: NewVisit, booked: date) -> None:
    page = opened(new_visit(locale="en-GB").open(f"/console#/agenda/{booked}"), ".agenda-people")
    page.get_by_role("link", name="Next").click()
    following = booked + timedelta(days=1)
    expect(page.get_by_role("heading", level=2)).to_contain_text(f"{following.day} {following:%B}")
    page.goto(page.url.partition("#")[0] + "#/agenda/someday")
    expect(page.locator(".empty")).to_be_visible()
