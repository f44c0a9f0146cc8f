"""The worked example of a language model as a canary: its page's commands run in order, against real servers."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest

from support.demo import Demo
from support.documents import ROOT, blocks
from support.ports import free_port
from support.server import Server

FOLDER = ROOT / "examples" / "llm-canary"
BUSINESS = ROOT / "plugins" / "pulpo_booking" / "samples" / "demo.json"
TOLD = ("tokens_total", "cost_usd_total")
RUNS = {"python": sys.executable, "pulpo": f"{sys.executable} -m pulpo"}


@dataclass
class Reader:
    """Somebody who follows the page, with other ports than it names."""

    folder: Path
    model_port: int
    server: Server

    def command(self, mark: str) -> str:
        (block,) = blocks(FOLDER / "README.md", mark)
        text = block.text.replace("8080", str(self.model_port)).replace("http://127.0.0.1:8000", self.server.url)
        return re.sub(r"^(python|pulpo) ", lambda it: f"exec {RUNS[it[1]]} ", text, flags=re.MULTILINE)

    def run(self, mark: str) -> str:
        script = f"set -euo pipefail\n{self.command(mark)}"
        done = subprocess.run(
            ["bash", "-c", script], cwd=self.folder, capture_output=True, text=True, timeout=300, check=False
        )
        assert done.returncode == 0, done.stderr + self.server.log_tail()
        return done.stdout

    def answers(self, mark: str) -> list[dict[str, Any]]:
        found = re.findall(r'\{"conversation_id".*?"duration_ms":[\d.]+\}', self.run(mark))
        return [json.loads(each) for each in found]


@pytest.fixture
def reader(tmp_path: Path) -> Iterator[Reader]:
    if shutil.which("curl") is None:
        pytest.skip("the page's commands are written with curl")
    shutil.copytree(FOLDER, tmp_path / "examples" / "llm-canary")
    settings = tmp_path / "examples" / "llm-canary" / "pulpo.toml"
    reader = Reader(tmp_path, free_port(), Server(tmp_path, free_port()))
    settings.write_text(settings.read_text("utf-8").replace("8080", str(reader.model_port)), "utf-8")
    with subprocess.Popen(
        ["bash", "-c", reader.command("model")], cwd=tmp_path, stdout=subprocess.PIPE, text=True
    ) as model:
        assert model.stdout is not None
        assert "listens" in model.stdout.readline()
        reader.server.command = ("bash", "-c", reader.command("serve"))
        try:
            reader.server.start()
            yield reader
        finally:
            reader.server.stop()
            model.terminate()


def test_the_page_s_commands_show_what_it_says(reader: Reader) -> None:
    (answer,) = reader.answers("talk")
    assert (answer["served_by"], answer["outcome"]) == ("canary", "ok")
    assert "22" in answer["reply"]
    tokens, cost = (re.findall(rf"^pulpo_llm_{each}.* ([\d.e-]+)$", reader.run("cost"), re.MULTILINE) for each in TOLD)
    assert float(tokens[0]) > 100
    assert float(cost[0]) > 0
    it_can_only_propose(reader)
    # The share of a rollout is in force a moment after the start.
    until(lambda: state(reader) == "progressing")
    answers = reader.answers("break")
    assert len(answers) == 60
    assert {each["outcome"] for each in answers} == {"ok", "rescued"}
    assert {each["served_by"] for each in answers} == {"stable"}
    assert all("22" in each["reply"] for each in answers)
    until(lambda: state(reader) == "aborted")


def it_can_only_propose(reader: Reader) -> None:
    """Whatever the model calls, nothing is booked before the yes, and then once."""
    day = next(Demo(json.loads(BUSINESS.read_text("utf-8"))).full_days())
    conversation: dict[str, str] = {}
    with httpx.Client(base_url=reader.server.url, timeout=60) as client:
        for message, effects in ((f"Corte, {day} 12:00 Ana 600123123", 0), ("sí", 1), ("sí", 0)):
            body = {"message": message, "user_id": "tester", **conversation}
            answer = client.post("/chat", json=body).json()
            conversation = {"conversation_id": answer["conversation_id"]}
            assert answer["served_by"] == "canary", answer
            assert len([call for call in answer["tool_calls"] if call["effect"]]) == effects, answer


def state(reader: Reader) -> str:
    """The rollout's; empty as long as none has begun."""
    return str((json.loads(reader.run("status"))["rollout"] or {"rollout": {"state": ""}})["rollout"]["state"])


def until(condition: Callable[[], bool], *, seconds: float = 120) -> None:
    limit = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < limit
        time.sleep(0.5)
