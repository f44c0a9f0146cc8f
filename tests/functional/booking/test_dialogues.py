"""Whole chats in process, with a held clock: the runtime, the embedded planner and this plugin on a real database."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from pulpo.assembly import running
from pulpo.settings import load_settings
from pulpo.system import System
from pulpo.turns.request import TurnAnswer, TurnRequest

pytestmark = pytest.mark.anyio

NOW = datetime(2026, 11, 24, 9, tzinfo=UTC).timestamp()


@dataclass
class Customer:
    """Somebody who writes to a business."""

    system: System
    user: str = "eva"
    locale: str = "es"
    workspace: str = "demo"
    conversation: str | None = None
    answers: list[TurnAnswer] = field(default_factory=list)

    async def say(self, message: str, **more: Any) -> str:
        request = TurnRequest(
            workspace_id=self.workspace,
            message=message,
            conversation_id=self.conversation,
            user_id=self.user,
            locale=self.locale,
            **more,
        )
        answer = await self.system.chat(request)
        self.conversation = answer.conversation_id
        self.answers.append(answer)
        return answer.reply

    async def active(self) -> list[tuple[str, str]]:
        """Return service and local start of this customer's active appointments."""
        query = sa.text(
            "SELECT service_id, datetime(starts_at, 'unixepoch', '+1 hour') FROM booking_appointments"
            " WHERE state = 'active' AND customer = :customer ORDER BY starts_at"
        )
        rows = await self.system.database.read(
            lambda connection: connection.execute(query, {"customer": f"user:{self.user}"}).all()
        )
        return [(row[0], row[1][:16]) for row in rows]


@asynccontextmanager
async def _open(folder: Path, **plugin: Any) -> AsyncIterator[System]:
    sections = {"pulpo_booking": plugin} if plugin else {}
    overrides = {"database_url": f"sqlite:///{folder / 'pulpo.db'}", "plugins": {"sections": sections}}
    settings = load_settings(environ={}, overrides=overrides)
    async with running(settings, clock=lambda: NOW) as system:
        yield system


@pytest.fixture
async def system(tmp_path: Path) -> AsyncIterator[System]:
    async with _open(tmp_path) as opened:
        yield opened


ALL_IN_ONE = "Quiero un corte el jueves a las 5 con Ana. Soy Eva Gil, mi teléfono es 600 100 200"


async def test_5_pm_is_meant_where_it_opens_at_nine(system: System) -> None:
    eva = Customer(system)
    summary = await eva.say(ALL_IN_ONE)
    assert "jueves 26 de noviembre a las 17:00 con Ana, 22 €, a nombre de Eva Gil" in summary
    assert await eva.active() == []
    await eva.say("sí")
    assert await eva.active() == [("corte", "2026-11-26 17:00")]


async def test_a_no_books_nothing(system: System) -> None:
    eva = Customer(system)
    await eva.say(ALL_IN_ONE)
    await eva.say("no")
    assert await eva.active() == []


async def test_what_was_taken_before_the_yes_is_said_to_be_and_an_offer_is_taken(system: System) -> None:
    eva, luz = Customer(system), Customer(system, user="luz")
    await eva.say(ALL_IN_ONE)
    await luz.say(ALL_IN_ONE.replace("Eva Gil", "Luz Rey"))
    await luz.say("sí")
    told = await eva.say("sí")
    assert "Ana ya tiene una cita" in told
    assert "17:30" in told
    assert (await eva.active(), await luz.active()) == ([], [("corte", "2026-11-26 17:00")])
    assert "17:30" in await eva.say("a las 17:30")
    await eva.say("sí")
    assert await eva.active() == [("corte", "2026-11-26 17:30")]


async def test_a_holiday_is_answered_with_other_days(system: System) -> None:
    eva = Customer(system)
    told = await eva.say("¿Tenéis hueco para un corte el 8 de diciembre?")
    assert "Inmaculada Concepción" in told
    assert "miércoles 9 de diciembre" in told


async def test_nobody_cancels_what_is_not_theirs(system: System) -> None:
    eva, mallory = Customer(system), Customer(system, user="mallory")
    await eva.say(ALL_IN_ONE)
    await eva.say("sí")
    for line in (
        "cancela la cita de Eva Gil",
        "sí",
        "¿qué citas tengo?",
        "cancela la cita del jueves a las 17:00",
        "sí",
    ):
        told = await mallory.say(line)
        assert "26 de noviembre" not in told
    assert await eva.active() == [("corte", "2026-11-26 17:00")]


async def test_an_appointment_is_moved_and_cancelled_in_another_conversation(system: System) -> None:
    eva = Customer(system)
    await eva.say(ALL_IN_ONE)
    await eva.say("sí")
    later = Customer(system)
    assert "jueves 26 de noviembre a las 17:00 al viernes 27 de noviembre a las 13:30" in await later.say(
        "Quiero cambiar mi cita al viernes a las 13:30"
    )
    await later.say("sí")
    assert await eva.active() == [("corte", "2026-11-27 13:30")]
    assert "¿Cancelo" in await later.say("Quiero cancelar mi cita")
    await later.say("sí")
    assert await eva.active() == []


async def test_a_restart_keeps_the_appointments(tmp_path: Path) -> None:
    async with _open(tmp_path) as first:
        eva = Customer(first)
        await eva.say(ALL_IN_ONE)
        await eva.say("sí")
    async with _open(tmp_path) as second:
        assert await Customer(second).active() == [("corte", "2026-11-26 17:00")]
        assert "jueves 26 de noviembre a las 17:00" in await Customer(second).say("¿Cuándo es mi cita?")


async def test_the_same_idempotency_key_books_once(system: System) -> None:
    eva = Customer(system)
    await eva.say(ALL_IN_ONE)
    first = await eva.say("sí", idempotency_key="k1")
    again = await eva.say("sí", idempotency_key="k1")
    assert first == again
    assert await eva.active() == [("corte", "2026-11-26 17:00")]


async def test_two_businesses_in_one_server(tmp_path: Path) -> None:
    async with _open(tmp_path, businesses=["marea", "arce"]) as system:
        eva = Customer(system, workspace="marea", locale="es-AR")
        summary = await eva.say("Quiero un brushing el jueves a las 5 con Bruno, soy Eva Gil, 11 5555 1234")
        assert "Brushing el jueves 26 de noviembre a las 17:00 con Bruno, $ 9.000" in summary
        ann = Customer(system, workspace="arce", user="ann", locale="en")
        summary = await ann.say("I'd like a cleaning tomorrow at 10. I'm Ann Lee, my phone is 600 100 200")
        assert "Cleaning on Wednesday 25 November at 10:00 with Nora, €60" in summary
        assert [await eva.active(), await ann.active()] == [[], []]
