"""Is what was deployed well: it answers, it books, it is measured, and its log has no error."""

from __future__ import annotations

import json
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any
from uuid import uuid4

from deployer.engine import DeployError, Engine

SECONDS = 10.0
"""After which one request has failed."""

WAITED = '"event":"database away"'
"""Logged by a server that starts before its database does; that it came is what the other checks have shown."""


class HopelessError(DeployError):
    """What is waited for will not come."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    """A server at ``url``, the key that opens it, and the customer who chats with it: another each time, since a
    check that was interrupted may have left an appointment, which the next one must not be asked about."""

    url: str
    key: str = ""
    customer: str = field(default_factory=lambda: f"deployment-{uuid4().hex[:8]}")

    def get(self, path: str) -> Any:
        """Return the JSON (or text) at ``path``; raises `DeployError`."""
        return self._ask(urllib.request.Request(self.url + path, headers=self._headers()))  # noqa: S310 - http(s) only

    def chat(self, message: str, conversation: str | None = None) -> dict[str, Any]:
        """Send a message and return the answer; raises `DeployError`."""
        body = {"message": message, "user_id": self.customer, "conversation_id": conversation}
        data = json.dumps({name: value for name, value in body.items() if value}).encode()
        headers = {**self._headers(), "Content-Type": "application/json"}
        answer: dict[str, Any] = self._ask(
            urllib.request.Request(f"{self.url}/chat", data=data, headers=headers)  # noqa: S310 - http(s) only
        )
        return answer

    def _headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.key}"} if self.key else {}

    def _ask(self, request: urllib.request.Request) -> Any:
        try:
            with urllib.request.urlopen(request, timeout=SECONDS) as response:  # noqa: S310 - http(s) only
                body = response.read().decode()
        except urllib.error.HTTPError as error:
            said = error.read().decode(errors="replace")[:300]
            raise DeployError(f"{request.full_url} answered {error.code}: {said}") from None
        except OSError as error:
            raise DeployError(f"{request.full_url} did not answer: {error}") from None
        try:
            return json.loads(body)
        except ValueError:
            return body


def wait_until(
    works: Callable[[], object],
    *,
    seconds: float,
    clock: Callable[[], float] = time.monotonic,
    sleep: Callable[[float], None] = time.sleep,
) -> str:
    """Call ``works`` until it raises no `DeployError`; raises its last one after ``seconds``, and a `HopelessError`
    at once."""
    began = clock()
    while True:
        try:
            works()
        except HopelessError:
            raise
        except DeployError:
            if clock() - began > seconds:
                raise
            sleep(0.5)
        else:
            return f"after {clock() - began:.1f} s"


def check_chat(site: Site, *, today: date | None = None) -> str:
    """Ask in both languages, book in the demo business and cancel again; raises `DeployError`."""
    for question in ("¿Qué servicios tenéis y cuánto cuestan?", "How much is a haircut?"):
        answer = site.chat(question)
        if answer["outcome"] != "ok" or "€" not in answer["reply"]:
            raise DeployError(f"no prices in the answer to {question!r}: {answer['reply'][:200]!r}")
    for wish in _wishes(today or date.today()):
        answer = site.chat(wish)
        done = site.chat("sí", answer["conversation_id"])
        if _called(done, "book_appointment"):
            break
    else:
        raise DeployError(f"nothing could be booked; the last answer was {done['reply'][:200]!r}")
    conversation = done["conversation_id"]
    site.chat("Quiero cancelar mi cita", conversation)
    if not _called(site.chat("sí", conversation), "cancel_appointment"):
        raise DeployError(f"what was booked could not be cancelled; look for customer `{site.customer}` in the agenda")
    return "asked in es and en, booked, cancelled"


def check_metrics(site: Site, prometheus: Site | None, *, seconds: float = 45.0) -> str:
    """The turns just made are counted, and Prometheus reads the counters; raises `DeployError`."""
    page = str(site.get("/metrics/prometheus"))
    counted = sum(
        float(line.rpartition(" ")[2])
        for line in page.splitlines()
        if line.startswith("pulpo_orchestrator_requests_total{")
    )
    if counted < 1:
        raise DeployError("the turns just made are not counted on /metrics/prometheus")
    if prometheus is None:
        return f"{counted:g} turns counted"
    waited = wait_until(lambda: _scraped(prometheus), seconds=seconds)
    return f"{counted:g} turns counted, scraped by Prometheus {waited}"


def check_canary(site: Site) -> str:
    """Read the canary's state; raises `DeployError`."""
    status = site.get("/metrics/canary/status")
    if not isinstance(status, dict):
        raise DeployError("/metrics/canary/status is not JSON")
    return "status readable"


def check_logs(engine: Engine, service: str) -> str:
    """The turns just made are logged, and nothing is logged as an error; raises `DeployError`."""
    lines = engine.service("logs", "--no-color", "--tail", "500", service).splitlines()
    errors = [line for line in lines if '"marker":"ERROR"' in line and WAITED not in line]
    if errors:
        raise DeployError(f"{len(errors)} errors in the log, the last: {errors[-1][:300]}")
    turns = sum("AGENT_LOOP" in line for line in lines)
    if not turns:
        raise DeployError("no turn in the log: is log_level above info?")
    return f"{turns} turns, no error"


def _scraped(prometheus: Site) -> None:
    query = urllib.parse.quote('sum(up{job="pulpo"})')
    found = prometheus.get(f"/api/v1/query?query={query}")["data"]["result"]
    if not found or float(found[0]["value"][1]) < 1:
        raise DeployError('Prometheus does not see the application: up{job="pulpo"} is 0; look at its /targets page')


def _wishes(today: date) -> Iterator[str]:
    """A booking for each of some days ahead: one of them is open and has a place."""
    for ahead in range(9, 23):
        day = today + timedelta(days=ahead)
        hour = 10 + ahead % 4
        when = f"{day.day}/{day.month}/{day.year} a las {hour}:00"
        yield f"Quiero una manicura el {when}, soy Prueba Despliegue, 600 100 200"


def _called(answer: dict[str, Any], tool: str) -> bool:
    return any(call["tool"] == tool and call["outcome"] == "ok" for call in answer["tool_calls"])
