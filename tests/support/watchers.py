"""A Prometheus and an Alertmanager of a test's own, with the shipped configuration, and a webhook that listens."""

from __future__ import annotations

import json
import shutil
import subprocess
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import httpx
import yaml

from support.documents import ROOT
from support.parts import require
from support.ports import free_port

MONITORING = ROOT / "monitoring"


@dataclass(slots=True)
class Watchers:
    """``told`` are the alerts that the webhook was sent, in order, with the receiver they were routed to."""

    prometheus: str
    told: list[tuple[str, str, str]] = field(default_factory=list)
    """Receiver, alert and status."""

    def value(self, expression: str) -> list[Any]:
        """Ask Prometheus."""
        answer = httpx.post(f"{self.prometheus}/api/v1/query", data={"query": expression}, timeout=60).json()
        assert answer["status"] == "success", (expression, answer)
        found: list[Any] = answer["data"]["result"]
        return found


@contextmanager
def watching(target: str, rules: dict[str, str], folder: Path) -> Iterator[Watchers]:
    """Scrape ``target`` (host and port) and evaluate ``rules`` (texts by file name) every second."""
    require("prometheus")
    ports = [free_port() for _ in range(3)]
    addresses = [f"127.0.0.1:{port}" for port in ports]
    watchers = Watchers(f"http://{addresses[0]}")
    (folder / "rules").mkdir()
    for name, text in rules.items():
        (folder / "rules" / name).write_text(text, encoding="utf-8")
    (folder / "prometheus.yml").write_text(_prometheus(target, addresses[1]), encoding="utf-8")
    (folder / "alertmanager.yml").write_text(_alertmanager(addresses[2]), encoding="utf-8")
    with ExitStack() as stack:
        stack.enter_context(_listening(ports[2], watchers.told))
        stack.enter_context(
            _running(
                folder,
                "prometheus-alertmanager",
                f"--config.file={folder}/alertmanager.yml",
                f"--storage.path={folder}/alertmanager",
                f"--web.listen-address={addresses[1]}",
                "--cluster.listen-address=",
            )
        )
        stack.enter_context(
            _running(
                folder,
                "prometheus",
                f"--config.file={folder}/prometheus.yml",
                f"--storage.tsdb.path={folder}/data",
                f"--web.listen-address={addresses[0]}",
            )
        )
        _wait_for(f"{watchers.prometheus}/-/ready", f"http://{addresses[1]}/-/ready")
        yield watchers


def _prometheus(target: str, alertmanager: str) -> str:
    """The shipped configuration, in a hurry and with the test's addresses."""
    shipped = yaml.safe_load((MONITORING / "prometheus" / "prometheus.yml").read_text("utf-8"))
    shipped["global"] = {"scrape_interval": "1s", "scrape_timeout": "1s", "evaluation_interval": "1s"}
    shipped["alerting"]["alertmanagers"][0]["static_configs"][0]["targets"] = [alertmanager]
    shipped["scrape_configs"] = [it for it in shipped["scrape_configs"] if it["job_name"] == "pulpo"]
    shipped["scrape_configs"][0]["static_configs"][0]["targets"] = [target]
    text: str = yaml.safe_dump(shipped)
    return text


def _alertmanager(webhook: str) -> str:
    shipped = (MONITORING / "alertmanager" / "alertmanager.yml").read_text("utf-8")
    hurried = shipped.replace("group_wait: 10s", "group_wait: 0s").replace("group_interval: 5m", "group_interval: 1s")
    return hurried.replace("localhost:9099", webhook)


@contextmanager
def _running(folder: Path, command: str, *arguments: str) -> Iterator[None]:
    path = shutil.which(command)
    assert path is not None, command
    with (folder / f"{command}.log").open("wb") as log:
        process = subprocess.Popen([path, *arguments], stdout=log, stderr=log, cwd=folder)
        try:
            yield
        finally:
            process.terminate()
            process.wait(60)


@contextmanager
def _listening(port: int, told: list[tuple[str, str, str]]) -> Iterator[None]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            message = json.loads(self.rfile.read(int(self.headers["content-length"])))
            for alert in message["alerts"]:
                told.append((self.path.strip("/"), alert["labels"]["alertname"], alert["status"]))
            self.send_response(200)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", port), Handler)
    thread = Thread(target=server.serve_forever)
    thread.start()
    try:
        yield
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def _wait_for(*urls: str, seconds: float = 120.0) -> None:
    limit = time.monotonic() + seconds
    waiting: Sequence[str] = urls
    while waiting:
        waiting = [url for url in waiting if not _answers(url)]
        assert time.monotonic() < limit, f"not ready within {seconds:g} s: {waiting}"
        time.sleep(0.1)


def _answers(url: str) -> bool:
    try:
        return httpx.get(url, timeout=10).status_code == 200
    except httpx.TransportError:
        return False
