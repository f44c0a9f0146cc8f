"""The design's numbered edge cases over HTTP: chats with the whole application, and the agenda after them."""

from __future__ import annotations

import json
import secrets
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import pytest

from functional.booking.edges import EDGES, Edge, Line
from pulpo.http.app import create_app
from pulpo.settings import load_settings
from pulpo.store import keys
from unit.pulpo_booking.counter import business_of

pytestmark = pytest.mark.anyio

SCOPES = ("chat", "channel", "booking:read")


@dataclass(slots=True)
class Street:
    """A server with one business for each edge, and its clock."""

    client: httpx.AsyncClient
    keys: dict[str, str]
    now: float = 0.0
    conversations: dict[tuple[str, str], str] = field(default_factory=dict)

    async def say(self, edge: Edge, line: Line, *, key: str) -> httpx.Response:
        shop = line.shop or edge.id
        body: dict[str, Any] = {"message": line.say, "user_id": line.user, "locale": edge.locale}
        if edge.timezone:
            body["attributes"] = {"timezone": edge.timezone}
        if known := self.conversations.get((shop, line.user)):
            body["conversation_id"] = known
        response = await self.client.post(
            "/chat", json=body, headers={"authorization": self.keys[shop], "idempotency-key": key}
        )
        if line.again:
            again = await self.client.post("/chat", json=body, headers=response.request.headers)
            assert again.json() == response.json()
        if response.status_code == 200:
            self.conversations[shop, line.user] = response.json()["conversation_id"]
        return response

    async def booked(self, edge: Edge) -> tuple[str, ...]:
        """Return the starts of the active appointments on the edge's days, soonest first."""
        found: list[str] = []
        for day in edge.days:
            response = await self.client.get(
                "/booking/appointments", params={"from": day}, headers={"authorization": self.keys[edge.id]}
            )
            found += [each["utc"][:16] for each in response.json()["appointments"] if each["state"] == "active"]
        return tuple(sorted(found))


@pytest.fixture(scope="module")
def street_url(tmp_path_factory: pytest.TempPathFactory) -> str:
    """The database of these tests."""
    return f"sqlite:///{tmp_path_factory.mktemp('street') / 'pulpo.db'}"


@pytest.fixture(scope="module")
async def street(street_url: str, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Street]:
    settings = load_settings(
        environ={},
        overrides={
            "database_url": street_url,
            "log_level": "error",
            "plugins": {"sections": {"pulpo_booking": {"businesses": [_written(tmp_path_factory.mktemp("shops"))]}}},
        },
    )
    opened = Street(httpx.AsyncClient(), {})
    app = create_app(settings, clock=lambda: opened.now)
    transport = httpx.ASGITransport(app=app)
    async with app.lifespan(), httpx.AsyncClient(transport=transport, base_url="http://localhost:8000") as client:
        opened.client = client
        for edge in EDGES:
            opened.keys[edge.id] = await _key(app.state.system.database, edge.id)
        yield opened


def _written(folder: Path) -> str:
    """Write one business for each edge to a file."""
    services = [{"id": "corte", "name": "Corte", "minutes": 30, "price": 20}]
    shops = [
        business_of(**{"services": services, "languages": ["es", "en"], "workspace": edge.id, **edge.shop})
        for edge in EDGES
    ]
    path = folder / "shops.json"
    path.write_text(json.dumps({"businesses": shops}), encoding="utf-8")
    return str(path)


async def _key(database: Any, workspace: str) -> str:
    _, secret = await database.write(
        lambda connection: keys.create_key(
            connection, workspace_id=workspace, name="", scopes=SCOPES, now=0.0, rng=secrets.token_bytes
        )
    )
    return f"Bearer {secret}"


@pytest.mark.parametrize("edge", EDGES, ids=lambda edge: edge.id)
async def test_edge(street: Street, edge: Edge) -> None:
    street.now = datetime.fromisoformat(edge.now).astimezone(UTC).timestamp()
    for number, line in enumerate(edge.lines):
        response = await street.say(edge, line, key=line.key or f"{edge.id}-{number}")
        assert response.status_code == line.status, response.text
        reply = response.json().get("reply", "")
        assert all(part in reply for part in line.has), f"{line.say!r}: {reply}"
        assert not any(part in reply for part in line.lacks), f"{line.say!r}: {reply}"
    assert await street.booked(edge) == edge.booked


def test_every_edge_case_is_told() -> None:
    """Case 18, a crowd at one slot, is among the tests of what happens in parallel."""
    assert {int(edge.id.partition("-")[0]) for edge in EDGES} == set(range(1, 31)) - {18}
