"""The console's canary section during a real rollback: live, in both languages, by keyboard, for axe, asked twice."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import expect

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
    with httpx.Client(base_url=server.url, timeout=30) as client:
        for user in range(40):
            client.post("/chat", json={"message": "hello", "user_id": f"u{user}"}).raise_for_status()
    expect(summary).to_contain_text("aborted")
    expect(page.get_by_role("img", name="Errors or rescues").first).to_be_visible()
    shadow = page.get_by_role("table", name="Shadow planning")
    expect(shadow.get_by_role("row", name="The shadow failed")).to_contain_text("100%")
    expect(page.get_by_role("table", name="Changes")).to_contain_text("rollout aborted")
    assert grave_findings(page, axe) == []

    spanish = new_visit(locale="es-ES").open("/console#/canary")
    expect(spanish.locator(".facts").first).to_contain_text("Errores o rescates: evidencia")
    expect(spanish.get_by_role("table", name="Cambios")).to_contain_text("despliegue revertido")

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
