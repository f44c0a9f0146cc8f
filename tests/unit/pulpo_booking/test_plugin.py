"""The plugin as the runtime loads it."""

from __future__ import annotations

import subprocess
import sys
from datetime import UTC, datetime
from typing import cast

import pytest
from pydantic import ValidationError

import pulpo
from pulpo.plugins import load_plugins
from pulpo_booking.errors import BusinessFileError
from pulpo_booking.festivities import public_holidays
from pulpo_booking.plugin import BookingSettings, pulpo_lifespan, pulpo_migrations

TOOLS = (
    "get_services",
    "get_business_hours",
    "get_availability",
    "book_appointment",
    "reschedule_appointment",
    "cancel_appointment",
    "list_my_appointments",
)
WRITES = {"book_appointment", "reschedule_appointment", "cancel_appointment"}


@pytest.fixture(scope="module")
def tools() -> dict[str, pulpo.Tool]:
    catalogue = load_plugins(only={"pulpo_booking"}, strict=True)
    return dict(catalogue.tools)


ROUTES = [
    "DELETE /booking/feeds/{feed_id}",
    "GET /booking/agenda",
    "GET /booking/appointments",
    "GET /booking/business",
    "GET /booking/calendar.ics",
    "GET /booking/feeds",
    "GET /booking/services",
    "POST /booking/feeds",
    "PUT /booking/business",
]


def test_it_loads_with_its_tools_and_its_demo_workspace() -> None:
    catalogue = load_plugins(only={"pulpo_booking"}, strict=True)
    assert sorted(catalogue.tools) == sorted(TOOLS)
    assert catalogue.workspaces["demo"].tz == "Europe/Madrid"
    assert sorted(f"{route.method} {route.path}" for route in catalogue.routes) == ROUTES
    assert catalogue.migrations["pulpo_booking"] == pulpo_migrations()
    assert [name for name, _ in catalogue.lifespans] == ["pulpo_booking"]


def test_its_settings_name_the_businesses() -> None:
    sections = {"pulpo_booking": {"businesses": ["marea", "arce"]}}
    catalogue = load_plugins(only={"pulpo_booking"}, strict=True, sections=sections)
    assert sorted(catalogue.workspaces) == ["arce", "marea"]


def test_mistakes_in_its_settings_are_named() -> None:
    with pytest.raises(ValidationError, match="Extra inputs"):
        BookingSettings.model_validate({"business": ["demo"]})
    with pytest.raises(ValidationError, match="at least 1 item"):
        BookingSettings(businesses=())
    with pytest.raises(BusinessFileError, match=r"name a \.json or \.toml file"):
        _ = BookingSettings(businesses=("nowhere.json",)).desk


@pytest.mark.parametrize("name", TOOLS)
def test_a_tool_can_be_learnt_from_its_declaration(tools: dict[str, pulpo.Tool], name: str) -> None:
    tool = tools[name]
    assert tool.description
    assert {"es", "en"} <= set(tool.title)
    for language in ("es", "en"):
        examples = tool.examples[language]
        assert len(examples) >= 12
        assert len(set(map(str.casefold, examples))) == len(examples)


def test_no_example_belongs_to_two_tools(tools: dict[str, pulpo.Tool]) -> None:
    said = [text.casefold() for tool in tools.values() for texts in tool.examples.values() for text in texts]
    assert len(set(said)) == len(said)


@pytest.mark.parametrize("name", TOOLS)
def test_every_argument_is_described_and_every_required_one_can_be_asked_for(
    tools: dict[str, pulpo.Tool], name: str
) -> None:
    tool = tools[name]
    for argument, schema in tool.schema.get("properties", {}).items():
        assert schema.get("description"), argument
    for argument in tool.required:
        assert {"es", "en"} <= set(tool.slots[argument].ask), argument


@pytest.mark.parametrize("name", TOOLS)
def test_hints(tools: dict[str, pulpo.Tool], name: str) -> None:
    tool = tools[name]
    assert tool.hints.read_only is (name not in WRITES)
    assert tool.confirm is (name in WRITES)
    assert tool.hints.idempotent
    assert not tool.hints.open_world
    assert (tool.effect_group == "booking") is (name in WRITES)
    assert (tool.previewer is not None) is (name in WRITES)


class _Nothing:
    """A database without a stored business."""

    async def read(self, _closure: object) -> dict[str, int]:
        return {}


@pytest.mark.anyio
async def test_what_is_slow_to_load_is_loaded_before_the_server_is_ready() -> None:
    settings = BookingSettings(businesses=("demo", "arce"))
    runtime = pulpo.Runtime(
        database=cast("pulpo.Database", _Nothing()),
        workspaces={},
        clock=lambda: datetime(2031, 11, 24, tzinfo=UTC),
        emit=lambda event: None,
    )
    before = public_holidays.cache_info().currsize
    async with pulpo_lifespan(runtime, settings):
        assert public_holidays.cache_info().currsize > before


def test_importing_it_loads_neither_sqlalchemy_nor_the_holidays() -> None:
    heavy = ("sqlalchemy", "holidays", "alembic")
    code = f"import sys, pulpo_booking.plugin; print([name for name in {heavy} if name in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=120)
    assert done.stdout.strip() == "[]"
