"""A real Prometheus and Alertmanager over a running server, under load that enters by ``POST /chat`` with planted
faults: the four alerts fire and resolve, everybody agrees on which, and every panel has something to show."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from importlib import import_module
from itertools import count, cycle
from pathlib import Path
from typing import NamedTuple

import httpx
import pytest

from pulpo.observability import prometheus
from pulpo.observability.alerts import SEED
from pulpo.observability.slo import OBJECTIVES
from support.dashboards import queries
from support.distributions import install
from support.models import Request, Says, serving, tool_results
from support.promtool import run
from support.server import Server, running
from support.watchers import MONITORING, Watchers, watching

WINDOW = 10
"""Seconds that alerts look back over here; five minutes in earnest."""

LATE = 8
"""Scrapes by which two observers may differ, and seconds where a scrape takes less: a scrape, an evaluation, and a
machine that has other things to do."""

THINKERS = tuple(f"thinker{number}" for number in range(8))
"""Users whose turns a model plans."""

SETTINGS = f"""
alert_window = {WINDOW}
[variants.stable]
planner = "faulty"
[variants.canary]
planner = "llm"
settings = {{ base_url = "MODEL", model = "loopback" }}
[prices.loopback]
input = 1.0
output = 2.0
[canary]
enabled = true
strategy = "none"
allow_users = {list(THINKERS)}
[breakers]
minimum = 2
open_for = {WINDOW}
open_most = {WINDOW}
[retries]
attempts = 1
[rate_limit]
user = "3/10 seconds"
[plugins]
allow = ["faulty", "pulpo_llm", "pulpo_prometheus", "pulpo_canary", "pulpo_guardrails"]
"""
ROUTES = {"critical": "pages", "warning": "tickets", "info": "notes"}
NAMES = {alert.name for alert in SEED}


class Look(NamedTuple):
    """When it was, in seconds and in Prometheus' scrapes so far, and which alerts fired: by the server's own judgement,
    and by Prometheus'."""

    at: float
    scrapes: float
    own: set[str]
    theirs: set[str]

    def near(self, other: Look) -> bool:
        """Whether the two may be of one moment, as far as Prometheus can have come between them."""
        return abs(self.at - other.at) <= LATE or abs(self.scrapes - other.scrapes) <= LATE


@dataclass
class Watched:
    """A server, those who watch it, and what both said when."""

    server: Server
    watchers: Watchers
    seen: list[Look] = field(default_factory=list)
    numbers: Iterator[int] = field(default_factory=count)
    client: httpx.Client = field(init=False)
    pool: ThreadPoolExecutor = field(default_factory=lambda: ThreadPoolExecutor(16))

    def __post_init__(self) -> None:
        self.client = httpx.Client(base_url=self.server.url, timeout=60)

    def say(self, *messages: str, user: str = "") -> None:
        """Send messages at once, each by a user of its own unless one is named; nobody waits for the answers."""
        for message in messages:
            body = {"message": message, "user_id": user or f"user{next(self.numbers)}"}
            self.pool.submit(self.client.post, "/chat", json=body)

    def look(self) -> tuple[set[str], set[str]]:
        """Return which of the four fire: by the server's own judgement, and by Prometheus'."""
        answer = self.client.get("/metrics/alerts/active").json()
        assert answer["source"] == "process"
        own = {alert["name"] for alert in answer["alerts"]}
        theirs = {alert.name for alert in prometheus.firing(self.watchers.prometheus)} & NAMES
        scraped = self.watchers.value('sum_over_time(up{job="pulpo"}[1h])')
        self.seen.append(Look(time.monotonic(), float(scraped[0]["value"][1]) if scraped else 0.0, own, theirs))
        return own, theirs

    def until(self, condition: Callable[[], bool], *, load: Callable[[], None], seconds: float = 300) -> None:
        limit = time.monotonic() + seconds
        while not condition():
            assert time.monotonic() < limit, (self.look(), self.watchers.told, self.server.log_tail())
            load()
            time.sleep(0.5)


@pytest.fixture
def watched(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Watched]:
    monkeypatch.syspath_prepend(str(MONITORING))
    rules = dict(import_module("generator.rules").rule_files(window=WINDOW, every="1s"))
    for name in [name for name in sys.modules if name.partition(".")[0] == "generator"]:
        del sys.modules[name]
    site = tmp_path / "site"
    source = (Path(__file__).parent / "faulty.py").read_text("utf-8")
    install(site, "faulty", {"faulty": source}, entries={"faulty": "faulty"})
    for folder in ("served", "watchers"):
        (tmp_path / folder).mkdir()
    with (
        serving(thought) as model,
        running(
            tmp_path / "served", toml=SETTINGS.replace("MODEL", model.url), environ={"PYTHONPATH": str(site)}
        ) as server,
        watching(f"127.0.0.1:{server.port}", rules, tmp_path / "watchers") as watchers,
    ):
        watched = Watched(server, watchers)
        yield watched
        watched.pool.shutdown()
        watched.client.close()


def thought(request: Request) -> Says:
    """A model that looks before it speaks."""
    if tool_results(request):
        return Says(text="All is well.")
    return Says(calls=(("steady", {}),))


def test_planted_faults_are_seen_by_everybody_and_forgotten(watched: Watched) -> None:
    told = watched.watchers.told
    # Nothing is said before the first scrape: what came earlier is in our counts and not in Prometheus' increases.
    watched.until(lambda: bool(watched.watchers.value("up == 1")), load=lambda: None)
    assert watched.look() == (set(), set())

    # First a model alone, so that what stands at 0 before its first call does not pass for a figure.
    thinkers = cycle(THINKERS)
    costs = 'pulpo_llm_cost_usd_total{model="loopback"} > 0'
    watched.until(
        lambda: bool(watched.watchers.value(costs)), load=lambda: watched.say("how is it?", user=next(thinkers))
    )

    def faults() -> None:
        watched.say("hello", "hello", "break", "slow", "shaky")
        watched.say(*["hello"] * 4, user="flood")  # one more than the limit lets through, at whatever pace we come

    def all_told(status: str) -> bool:
        return {(ROUTES[alert.severity], alert.name, status) for alert in SEED} <= set(told)

    watched.until(lambda: watched.look() == (NAMES, NAMES) and all_told("firing"), load=faults)
    watched.until(lambda: unanswered(watched.watchers) == [], load=faults)
    assert len(list(queries())) > 40
    page = watched.client.get("/metrics").text
    checked = run("promtool", "check", "metrics", given=page)
    assert (checked.returncode, checked.stderr) == (0, "")

    watched.until(
        lambda: watched.look() == (set(), set()) and all_told("resolved"),
        load=lambda: watched.say("hello", "hello", "probe"),
    )
    they_agree(watched)
    sums_agree(watched)


def unanswered(watchers: Watchers) -> list[str]:
    """Return the queries of the dashboards that have nothing to show; after a scrape that came late some may not."""
    asked = [it.filled(interval=f"{WINDOW}s") for it in queries()]
    return [it for it in asked if not watchers.value(it)]


def they_agree(watched: Watched) -> None:
    """What the server said of an alert, Prometheus said too, a moment earlier or later."""
    for look in watched.seen:
        near = [each.theirs for each in watched.seen if look.near(each)]
        for name in NAMES:
            assert any((name in theirs) is (name in look.own) for theirs in near), (name, look, near)


def sums_agree(watched: Watched) -> None:
    """The durable counts and Prometheus' sums differ by at most 0.1 percentage points over the whole run, once the
    last turns were taken in and scraped."""
    watched.pool.shutdown()
    watched.until(lambda: all(agree(*pair) for pair in ratios(watched)), load=lambda: None)


def agree(ours: float | None, theirs: float | None) -> bool:
    return ours is not None and theirs is not None and abs(ours - theirs) <= 0.001


def ratios(watched: Watched) -> list[tuple[float | None, float | None]]:
    """Return the share of bad turns under each objective: by our own counts, and by Prometheus' sums."""
    theirs = prometheus.sums(watched.watchers.prometheus)
    ours = watched.client.get("/metrics/slo/status").json()
    assert ours["source"] == "store"
    return [
        (status["windows"]["1h"]["bad_ratio"], theirs[objective.name]["1h"].ratio)
        for objective, status in zip(OBJECTIVES, ours["objectives"], strict=True)
    ]
