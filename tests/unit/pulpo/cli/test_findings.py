import os
import sqlite3
from pathlib import Path
from types import SimpleNamespace

import pytest
from pydantic import BaseModel

from pulpo.cli import findings
from pulpo.cli.listening import bind
from pulpo.cli.options import Sources
from pulpo.plugins import Catalogue, PluginRecord
from pulpo.settings import CanarySettings, PluginsSettings, Settings, VariantSettings
from pulpo.store.migrate import upgrade
from pulpo.testing import ScriptedPlanner


@pytest.mark.parametrize(("running", "status"), [((3, 10, 9), "fail"), ((3, 11, 0), "ok"), ((3, 14, 1), "ok")])
def test_the_python_must_be_new_enough(running: tuple[int, ...], status: str) -> None:
    assert findings.python(running).status == status


def test_a_missing_library_is_named() -> None:
    assert findings.libraries(("click",)).status == "ok"
    missing = findings.libraries(("click", "no-such-library"))
    assert (missing.status, missing.detail) == ("fail", "missing: no-such-library")


def test_an_optional_part_that_is_absent_is_no_fault() -> None:
    finding = findings.optional_parts({"click": "commands", "no-such-library": "magic"})
    assert finding.status == "ok"
    assert "click " in finding.detail
    assert finding.detail.endswith("not installed: no-such-library (magic)")


def test_time_zones_must_be_known() -> None:
    assert findings.time_zones("Europe/Madrid").status == "ok"
    assert findings.time_zones("Mars/Olympus") == findings.Finding(
        "time zones", "fail", "Mars/Olympus is unknown", "pip install tzdata"
    )


def test_broken_settings_end_the_examination(folder: Path) -> None:
    (folder / "pulpo.toml").write_text("prot = 1")
    found = list(findings.examine(Sources(file=None, overrides={})))
    assert [finding.check for finding in found][-1] == "settings"
    assert found[-1].status == "fail"
    assert "did you mean port?" in found[-1].detail


@pytest.mark.parametrize(
    ("settings", "statuses"),
    [
        (PluginsSettings(), {"plugins": "ok", "plugin bad": "warn"}),
        (PluginsSettings(strict=True), {"plugins": "ok", "plugin bad": "fail"}),
        (PluginsSettings(required=("bad",)), {"plugins": "ok", "plugin bad": "fail"}),
        (PluginsSettings(required=("good",)), {"plugins": "ok", "plugin bad": "warn"}),
        (PluginsSettings(required=("out",)), {"plugins": "ok", "plugin bad": "warn", "plugin out": "fail"}),
        (PluginsSettings(required=("gone",)), {"plugins": "ok", "plugin bad": "warn", "plugin gone": "fail"}),
    ],
)
def test_a_plugin_that_is_out_warns_and_one_that_is_needed_fails(
    settings: PluginsSettings, statuses: dict[str, str]
) -> None:
    records = (
        PluginRecord("bad", "quarantined", reason="broke"),
        PluginRecord("good", "active"),
        PluginRecord("out", "blocked"),
    )
    found = findings.plugins(Settings(plugins=settings), Catalogue(records=records))
    assert {finding.check: finding.status for finding in found} == statuses


def test_a_plugin_spoken_of_and_not_installed_warns_with_the_nearest_name() -> None:
    records = (PluginRecord("pulpo_booking", "active", distribution="pulpoai"),)
    chosen = PluginsSettings(
        allow=("pulpoai", "pulpo_boking"), deny=("zzz",), sections={"pulpo_booking": {}, "pulpo_bookin": {}}
    )
    found = findings.strangers(Settings(plugins=chosen), Catalogue(records=records))
    assert [(finding.check, finding.advice) for finding in found] == [
        ("plugin pulpo_bookin", "did you mean pulpo_booking?"),
        ("plugin pulpo_boking", "did you mean pulpo_booking?"),
        ("plugin zzz", "install it, or take it out of the settings"),
    ]


def test_no_plugin_at_all_fails() -> None:
    assert next(findings.plugins(Settings(), Catalogue())).status == "fail"


def test_planners_and_strategy_must_be_offered_by_somebody() -> None:
    planner = ScriptedPlanner(name="rules")
    offered = Catalogue(planners={"rules": planner}, strategies={"percentage": object()})  # type: ignore[dict-item]
    enabled = Settings(canary=CanarySettings(enabled=True, percentage=0.1))
    assert findings.variants(Settings(), offered).detail == "canary, stable; canary off"
    assert findings.variants(enabled, offered).detail == "canary, stable; 0.1 of new conversations"
    without = findings.variants(enabled, Catalogue())
    assert without.status == "fail"
    assert "variants.stable.planner = 'rules'" in without.detail
    assert "canary.strategy = 'percentage'" in without.detail


def test_settings_that_a_planner_does_not_know_fail() -> None:
    class Config(BaseModel, extra="forbid"):
        model: str

    planner = ScriptedPlanner(name="strict")
    offered = Catalogue(planners={"strict": SimpleNamespace(config=Config), "rules": planner})  # type: ignore[dict-item]
    found = findings.variants(Settings(variants={"canary": VariantSettings(planner="strict")}), offered)
    assert (found.status, found.detail) == ("fail", "settings: variants.canary.settings.model: Field required")


def test_a_database_is_looked_at_and_never_made(folder: Path) -> None:
    assert findings.database("sqlite:///deep/pulpo.db", {}).status == "ok"
    assert list(folder.iterdir()) == []
    upgrade("sqlite:///pulpo.db", {})
    assert findings.database("sqlite:///pulpo.db", {}) == findings.Finding("database", "ok", "pulpo.db is up to date")


def test_an_old_database_warns_and_a_foreign_file_fails(folder: Path) -> None:
    sqlite3.connect(folder / "old.db").close()
    assert findings.database("sqlite:///old.db", {}).status == "warn"
    (folder / "text.db").write_text("these are not the bytes of a database" * 100)
    assert findings.database("sqlite:///text.db", {}).status == "fail"


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_database_that_cannot_be_written_fails(folder: Path) -> None:
    upgrade("sqlite:///pulpo.db", {})
    (folder / "pulpo.db").chmod(0o400)
    assert findings.database("sqlite:///pulpo.db", {}).status == "fail"


def test_an_address_that_is_taken_warns(free_port: int) -> None:
    with bind("127.0.0.1", free_port):
        finding = findings.address(Settings(port=free_port))
    assert (finding.status, finding.detail) == ("warn", f"127.0.0.1:{free_port} is taken")
    assert findings.address(Settings(port=free_port)).status == "ok"


def test_a_server_that_others_reach_wants_rate_limits() -> None:
    assert findings.rate_limits(Settings()).status == "ok"
    open_to_all = findings.rate_limits(Settings(host="0.0.0.0"))  # noqa: S104
    assert (open_to_all.status, "[rate_limit]" in open_to_all.advice) == ("warn", True)
    limited = Settings(host="0.0.0.0", rate_limit={"user": "30/minute"})  # noqa: S104
    assert findings.rate_limits(limited) == findings.Finding("rate limits", "ok", "user 30/minute")
