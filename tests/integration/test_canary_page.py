"""The console's canary section during a real rollback: live, in both languages, by keyboard, for axe, asked twice."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import expect

from pulpo.observability.slo import spent
from pulpo.store.counts import TurnCount
from support.distributions import install
from support.server import Server, running

from .test_pages import NewVisit, axe, browser, grave_findings, new_visit

__all__ = ["axe", "browser", "new_visit"]

BROKEN = """
import pulpo

class Broken:
    name, config = "broken", None

    def build(self, config, tools):
        return self

    def next_step(self, context):
        raise RuntimeError("the canary is broken")

@pulpo.hookimpl
def pulpo_register_planners(settings):
    return [Broken()]
"""
TOML = """
[variants.canary]
planner = "broken"
[canary]
enabled = true
strategy = "percentage"
shadow = 1.0
[canary.rollout]
steps = [0.5, 1.0]
"""
FEW = """
[canary]
enabled = true
strategy = "workspace"
[canary.rollout]
"""


BUDGET = spent(
    ["availability"], [TurnCount("stable", "stable", "error", 0, 15), TurnCount("stable", "stable", "ok", 0, 12330)]
)
SENTENCES: dict[str, str] = {
    BUDGET[1]
    if BUDGET
    else "": "presupuesto de error agotado (Turnos respondidos): en 30 días, bien el 99,88 % de 12.345 turnos; "
    "debe ser el 99,9 %",
    "latency: evidence 1.2e+05 of 250 needed; bad units 1234 in the canary, 0 in stable": "Latencia: evidencia 120.000 "
    "de 250; fallos: 1234 en el canary, 0 en stable",
    "latency: evidence 1.014e+304 of 250 needed; bad units 9 in the canary, 0 in stable": "Latencia: evidencia > 10⁶ "
    "de 250; fallos: 9 en el canary, 0 en stable",
    "passed every guardrail at 0.125": "superados todos los criterios con una parte de 0,125",
    "at least 600 s at each step": "al menos 600 s en cada paso",
    "version 1.5 of the prompt looks wrong": "version 1.5 of the prompt looks wrong",
}
"""What the server writes down, and how somebody who reads Spanish sees it; a person's own words stay."""


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    folder: Path = tmp_path_factory.mktemp("server")
    install(folder / "site", "broken", {"broken": BROKEN}, entries={"broken": "broken"})
    with running(folder, toml=TOML, environ={"PYTHONPATH": str(folder / "site")}) as started:
        yield started


def test_a_rollback_is_watched_resumed_and_the_canary_stopped(new_visit: NewVisit, server: Server, axe: str) -> None:
    visit = new_visit(locale="en-GB")
    page = visit.open("/console#/canary")
    summary = page.locator(".toolbar").get_by_role("status")
    expect(summary).to_contain_text("progressing")
    with httpx.Client(base_url=server.url, timeout=60) as client:
        for user in range(40):
            client.post("/chat", json={"message": "hello", "user_id": f"u{user}"}).raise_for_status()
    expect(summary).to_contain_text("aborted")
    expect(page.get_by_role("img", name="Errors or rescues").first).to_be_visible()
    shadow = page.get_by_role("table", name="Shadow planning")
    expect(shadow.get_by_role("row", name="The shadow failed")).to_contain_text("100%")
    expect(page.get_by_role("table", name="Changes")).to_contain_text("rollout aborted")
    assert grave_findings(page, axe) == []

    spanish = new_visit(locale="es-ES").open("/console#/canary")
    expect(spanish.locator(".facts").first).to_contain_text(
        re.compile(
            r"Errores o rescates: evidencia (> 10⁶|[\d.]+(,\d+)?) de 33,33; fallos: \d+ en el canary, 0 en stable"
        )
    )
    expect(spanish.get_by_role("table", name="Cambios")).to_contain_text("despliegue revertido")

    for told, read in SENTENCES.items():
        assert spanish.evaluate("async text => (await import('/assets/console/reasons.js')).reason(text)", told) == read
        assert page.evaluate("async text => (await import('/assets/console/reasons.js')).reason(text)", told) == told

    page.get_by_role("button", name="Resume").press("Enter")
    expect(summary).to_contain_text("50% get canary · progressing")
    page.get_by_role("button", name="Stop the canary").press("Enter")
    page.get_by_role("button", name="Cancel").press("Enter")
    expect(summary).to_contain_text("progressing")
    page.get_by_role("button", name="Stop the canary").press("Enter")
    page.get_by_role("dialog").get_by_role("textbox").fill("looks wrong")
    assert grave_findings(page, axe) == []
    page.get_by_role("dialog").get_by_role("button", name="Stop").press("Enter")
    expect(summary).to_contain_text("Everybody is on stable")
    expect(page.locator(".facts").first).to_contain_text("looks wrong")

    narrow = new_visit(locale="es-AR", color_scheme="dark", width=320)
    small = narrow.open("/console#/canary")
    small.get_by_role("spinbutton", name="Porcentaje").fill("12.5")
    small.get_by_role("spinbutton", name="En la sombra (%)").fill("25")
    small.get_by_role("button", name="Aplicar").click()
    expect(small.get_by_role("table", name="Cambios")).to_contain_text("percentage: – → 0.125; shadow: 1 → 0.25")
    assert grave_findings(small, axe) == []
    assert small.evaluate("document.documentElement.scrollWidth") == 320
    assert (visit.errors, visit.strangers, narrow.errors, narrow.strangers) == ([], [], [], [])


def test_a_rollout_of_few_businesses_says_that_it_will_not_decide(new_visit: NewVisit, tmp_path: Path) -> None:
    with running(tmp_path, toml=FEW) as few:
        for locale, told in (
            ("es-ES", "AvisoNegocios: 1, y hacen falta 435: lo más probable es que quede sin decidir"),
            ("en-GB", "WarningBusinesses: 1, and it takes 435: expect it to end inconclusive"),
        ):
            page = new_visit(locale=locale).page
            page.goto(f"{few.url}/console#/canary")
            expect(page.locator(".facts").first).to_contain_text(told)
