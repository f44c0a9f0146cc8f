"""The pages in a real browser with a real server behind them: booking, retrying, accessibility, the strict policy."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, ConsoleMessage, Page, Route, expect, sync_playwright

from support.demo import Book, Demo, spoken
from support.parts import NODE_MODULES, require
from support.server import Server

ARGUMENTS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
)
ANSWERS = ".message.bot:not(.typing)"
PATIENCE_MS = 60_000
expect.set_options(timeout=PATIENCE_MS)  # what comes is waited for, however busy the machine is


@dataclass  # without slots: Playwright puts an attribute on the object of a bound method
class Visit:
    """A page and what it did that it should not: errors on its console, requests to other hosts."""

    page: Page
    origin: str
    errors: list[str] = field(default_factory=list)
    strangers: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.page.set_default_timeout(PATIENCE_MS)
        self.page.on("console", self._heard)
        self.page.on("pageerror", lambda error: self.errors.append(str(error)))
        self.page.on("request", lambda request: self._asked(request.url))

    def open(self, path: str) -> Page:
        self.page.goto(f"{self.origin}{path}")
        return self.page

    def say(self, text: str) -> str:
        """Send a message as a person does and return the answer that appears."""
        answers = self.page.locator(ANSWERS)
        before = answers.count()
        box = self.page.locator("#message")
        box.fill(text)
        box.press("Enter")
        expect(answers).to_have_count(before + 1)
        return answers.last.inner_text()

    def _heard(self, message: ConsoleMessage) -> None:
        if message.type in {"error", "warning"}:
            self.errors.append(message.text)

    def _asked(self, url: str) -> None:
        if not url.startswith((f"{self.origin}/", "data:", "blob:")):
            self.strangers.append(url)


NewVisit = Callable[..., Visit]


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    chromium = require("chromium")
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=chromium, args=ARGUMENTS, timeout=2 * PATIENCE_MS)
        yield started
        started.close()


@pytest.fixture
def new_visit(browser: Browser, server: Server) -> Iterator[NewVisit]:
    """Open a browser of its own: ``new_visit(locale="es-AR", color_scheme="dark", width=320)``."""
    contexts = []

    def begin(*, locale: str = "es-ES", color_scheme: Any = "light", width: int = 1280) -> Visit:
        context = browser.new_context(
            locale=locale, color_scheme=color_scheme, viewport={"width": width, "height": 720}, reduced_motion="reduce"
        )
        contexts.append(context)
        return Visit(context.new_page(), server.url)

    yield begin
    for context in contexts:
        context.close()


@pytest.fixture(scope="module")
def demo() -> Demo:
    return Demo(json.loads(files("pulpo_booking").joinpath("samples/demo.json").read_text("utf-8")))


@pytest.fixture(scope="module")
def days(demo: Demo) -> Iterator[date]:
    """Days on which everybody works; each is handed out once."""
    return demo.full_days()


@pytest.fixture(scope="module")
def axe() -> str:
    """The source of axe-core: of PULPO_AXE, else of node_modules."""
    if given := os.environ.get("PULPO_AXE"):
        return Path(given).read_text("utf-8")
    require("node")
    return (NODE_MODULES / "axe-core" / "axe.min.js").read_text("utf-8")


def grave_findings(page: Page, axe: str) -> list[str]:
    """What axe calls serious or critical, one line a rule; evaluated outside the page's policy."""
    page.evaluate(f"{axe};0")
    found = page.evaluate("axe.run(document, {resultTypes: ['violations']})")["violations"]
    return [
        f"{rule['id']}: {rule['nodes'][0]['html'][:200]}" for rule in found if rule["impact"] in {"serious", "critical"}
    ]


def starts_of(book: Book) -> list[int]:
    return [row["starts_at"] for row in book.rows()]


def ask_for_manicure(visit: Visit, day: date, clock: str) -> str:
    request = f"Quiero una manicura el {spoken(day, 'es')} a las {clock}. Soy Ana García, mi teléfono es 612 345 678."
    return visit.say(request)


def test_a_booking_is_made_through_the_page_in_spanish(
    new_visit: NewVisit, server: Server, demo: Demo, days: Iterator[date]
) -> None:
    day, book = next(days), Book(server)
    visit = new_visit(locale="es-AR")
    page = visit.open("/")
    expect(page.get_by_role("heading", level=1)).to_have_text(demo.raw["name"])
    summary = ask_for_manicure(visit, day, "11:00")
    assert "manicura" in summary.casefold()
    assert "11:00" in summary
    assert demo.at(day, "11:00") not in starts_of(book)
    assert "11:00" in visit.say("sí")
    assert starts_of(book).count(demo.at(day, "11:00")) == 1
    page.locator(ANSWERS).last.locator("summary").click()
    expect(page.locator(ANSWERS).last.locator("details")).to_contain_text("book_appointment")
    assert visit.errors == []
    assert visit.strangers == []


def test_a_retry_after_a_lost_answer_books_once(
    new_visit: NewVisit, server: Server, demo: Demo, days: Iterator[date]
) -> None:
    day, book = next(days), Book(server)
    visit = new_visit()
    page = visit.open("/")
    ask_for_manicure(visit, day, "12:00")

    def lose(route: Route) -> None:
        route.fetch(timeout=PATIENCE_MS)
        route.abort()

    page.route("**/chat", lose)
    page.locator("#message").fill("sí")
    page.locator("#send").click()
    expect(page.get_by_role("alert")).to_contain_text("No hay respuesta")
    assert starts_of(book).count(demo.at(day, "12:00")) == 1
    page.unroute("**/chat")
    page.get_by_role("button", name="Reintentar").click()
    expect(page.locator(ANSWERS)).to_have_count(3)
    expect(page.locator(ANSWERS).last).to_contain_text("12:00")
    expect(page.get_by_role("alert")).to_have_count(0)
    assert starts_of(book).count(demo.at(day, "12:00")) == 1


def test_a_reload_keeps_the_conversation_and_the_draft(new_visit: NewVisit) -> None:
    visit = new_visit(locale="en-GB")
    page = visit.open("/")
    answer = visit.say("What are your opening hours?")
    page.locator("#message").fill("half a sentence")
    page.reload()
    expect(page.locator(ANSWERS)).to_have_count(2)
    shown = page.locator(ANSWERS).last.locator(".bubble").inner_text()
    assert shown
    assert shown in answer
    expect(page.locator("#message")).to_have_value("half a sentence")
    page.get_by_role("button", name="New conversation").click()
    expect(page.locator(ANSWERS)).to_have_count(1)
    assert visit.errors == []


def test_the_language_is_the_browsers_until_it_is_chosen(new_visit: NewVisit) -> None:
    page = new_visit(locale="en-US").open("/")
    html = page.locator("html")
    expect(html).to_have_attribute("lang", "en")
    page.locator("[data-language=es]").click()
    expect(html).to_have_attribute("lang", "es")
    expect(page.get_by_role("textbox", name="Mensaje")).to_be_visible()
    page.reload()
    expect(html).to_have_attribute("lang", "es")


def test_without_a_connection_nothing_typed_is_lost(new_visit: NewVisit) -> None:
    visit = new_visit()
    page = visit.open("/")
    page.context.set_offline(True)
    expect(page.get_by_role("status")).to_contain_text("Sin conexión")
    page.locator("#message").fill("¿Cuál es el horario?")
    page.locator("#message").press("Enter")
    expect(page.get_by_role("alert")).to_be_visible()
    expect(page.locator(".message.user")).to_contain_text("¿Cuál es el horario?")
    page.context.set_offline(False)
    expect(page.locator(ANSWERS)).to_have_count(2)
    expect(page.get_by_role("alert")).to_have_count(0)


@pytest.mark.parametrize("width", [320, 1280])
@pytest.mark.parametrize("color_scheme", ["light", "dark"])
@pytest.mark.parametrize("locale", ["es-ES", "en-US"])
def test_the_chat_page_has_no_grave_accessibility_findings(
    new_visit: NewVisit, axe: str, locale: str, color_scheme: str, width: int
) -> None:
    visit = new_visit(locale=locale, color_scheme=color_scheme, width=width)
    page = visit.open("/")
    assert grave_findings(page, axe) == []
    visit.say("¿Qué servicios hay?" if locale.startswith("es") else "What services are there?")
    page.locator("summary").last.click()
    assert grave_findings(page, axe) == []
    assert page.evaluate("document.documentElement.scrollWidth") == width
    assert visit.errors == []


def go_to_section(page: Page, number: int) -> None:
    """A click returns before the page that it leads to is there: the section before it may have tables of its own."""
    link = page.get_by_role("navigation").get_by_role("link").nth(number)
    link.click()
    expect(link).to_have_attribute("aria-current", "page")


@pytest.mark.parametrize("width", [320, 1280])
@pytest.mark.parametrize("color_scheme", ["light", "dark"])
@pytest.mark.parametrize("locale", ["es-ES", "en-US"])
def test_the_console_has_no_grave_accessibility_findings(
    new_visit: NewVisit, axe: str, locale: str, color_scheme: str, width: int
) -> None:
    visit = new_visit(locale=locale, color_scheme=color_scheme, width=width)
    page = visit.open("/")
    visit.say("Hola" if locale.startswith("es") else "Hello")
    page = visit.open("/console")
    expect(page.locator(".tools")).to_contain_text("book_appointment")
    assert grave_findings(page, axe) == []
    assert page.evaluate("document.documentElement.scrollWidth") == width
    go_to_section(page, 1)
    expect(page.get_by_role("table")).to_contain_text("booking")
    assert grave_findings(page, axe) == []
    go_to_section(page, 2)
    page.get_by_role("table").get_by_role("link").first.click()
    expect(page.locator(".transcript li").first).to_be_visible()
    assert grave_findings(page, axe) == []
    assert page.evaluate("document.documentElement.scrollWidth") == width
    assert visit.errors == []
    assert visit.strangers == []


def test_the_overview_is_live_until_it_is_paused(new_visit: NewVisit) -> None:
    visit = new_visit(locale="en-US")
    page = visit.open("/console")
    turns = page.locator(".tiles dd").first
    expect(page.locator(".toolbar [role=status]")).to_have_text("Live")
    expect(page.locator("svg[role=img]")).to_have_count(2)
    before = turns.inner_text()
    page.request.post(f"{visit.origin}/chat", data={"message": "hello"}, timeout=PATIENCE_MS)
    expect(turns).not_to_have_text(before)
    expect(page.locator(".chart rect.good").last).to_be_visible()
    page.get_by_role("button", name="Pause").press("Enter")
    expect(page.locator(".toolbar [role=status]")).to_have_text("Paused")
    page.get_by_role("button", name="Resume").click()
    expect(page.locator(".toolbar [role=status]")).to_have_text("Live")
    page.get_by_role("navigation").get_by_role("link", name="Plugins").click()
    expect(page.locator(".overview")).to_have_count(0)
    assert visit.errors == []
    assert visit.strangers == []


@pytest.mark.parametrize("width", [390, 1280])
def test_what_a_plugin_contributes_is_folded_and_fills_no_screen(new_visit: NewVisit, axe: str, width: int) -> None:
    page = new_visit(locale="en-GB", width=width).open("/console#/plugins")
    row = page.get_by_role("row", name="pulpo_booking")
    fold = row.locator("summary")
    expect(fold).to_contain_text("tools: ")
    expect(row.get_by_text("get_availability")).to_be_hidden()
    # Of this cell alone: one for remarks appears where an import took long.
    assert row.locator("details").bounding_box()["height"] < 120, "a sixth of a screen"  # type: ignore[index]
    assert grave_findings(page, axe) == []
    fold.press("Enter")
    expect(row.get_by_text("get_availability")).to_be_visible()
    assert grave_findings(page, axe) == []


def test_the_accessibility_check_can_fail(new_visit: NewVisit, axe: str) -> None:
    page = new_visit().open("/")
    page.locator("#send").evaluate("button => button.removeAttribute('aria-label')")
    assert any(finding.startswith("button-name") for finding in grave_findings(page, axe))


def test_the_api_reference_needs_no_other_host(new_visit: NewVisit) -> None:
    visit = new_visit()
    page = visit.open("/docs")
    expect(page.locator("rapi-doc")).to_contain_text("/chat")
    assert visit.errors == []
    assert visit.strangers == []


def test_the_policy_of_the_pages_refuses_inline_code(new_visit: NewVisit) -> None:
    visit = new_visit()
    page = visit.open("/")
    with page.expect_console_message(lambda message: "Content Security Policy" in message.text):
        page.evaluate("document.body.append(Object.assign(document.createElement('script'), {text: 'window.ran = 1'}))")
    assert page.evaluate("window.ran") is None
