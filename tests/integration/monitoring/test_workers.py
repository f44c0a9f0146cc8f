"""Two worker processes behind one port: whichever answers a scrape tells what both did."""

from __future__ import annotations

import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx
from prometheus_client.parser import text_string_to_metric_families

from support.ports import free_port
from support.postgres import Postgres
from support.server import Server

TURNS, SCRAPES = 40, 10


def test_totals_equal_the_requests_that_were_sent(postgres: Postgres, tmp_path: Path) -> None:
    command = (sys.executable, "-m", "pulpo", "serve", "--server", "granian", "--workers", "2")
    environ = {"PULPO_DATABASE_URL": postgres.create(), "PULPO_DRAIN_DELAY": "0"}
    server = Server(tmp_path, free_port(), environ, command)
    try:
        server.start(seconds=180)
        with ThreadPoolExecutor(8) as pool:
            answers = list(pool.map(lambda _: say(server), range(TURNS)))
        assert all(status == 200 for status in answers)
        # A new connection each time, so that now one worker and now the other answers.
        pages = [httpx.get(f"{server.url}/metrics", timeout=60).text for _ in range(SCRAPES)]
    finally:
        server.stop()
    for page in pages:
        samples = [sample for family in text_string_to_metric_families(page) for sample in family.samples]
        assert total(samples, "pulpo_orchestrator_requests_total") == TURNS
        assert total(samples, "pulpo_orchestrator_duration_seconds_count") == TURNS
    workers = {line for page in pages for line in page.splitlines() if line.startswith("pulpo_build_info")}
    assert len(workers) == 1, "gauges of one fact are not added up"


def say(server: Server) -> int:
    return httpx.post(f"{server.url}/chat", json={"message": "hola"}, timeout=60).status_code


def total(samples: list[object], name: str) -> float:
    return sum(sample.value for sample in samples if sample.name == name)  # type: ignore[attr-defined]
