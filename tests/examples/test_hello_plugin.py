"""A plugin that pip installed beside the wheel is listed, answers in a chat, and is counted."""

from __future__ import annotations

import json
import subprocess
import sys

import httpx

import pulpo


def test_the_product_is_the_installed_wheel() -> None:
    assert "site-packages" in str(pulpo.__file__)


def test_it_is_listed(client: httpx.Client) -> None:
    listed = {each["name"]: each for each in client.get("/plugins").json()["plugins"]}
    assert listed["hello"]["state"] == "active"
    assert listed["hello"]["distribution"] == "pulpo-hello"
    assert listed["hello"]["contributes"]["tools"] == ["say_hello"]


def test_it_answers_in_a_chat_and_is_counted(client: httpx.Client) -> None:
    answer = client.post("/chat", json={"message": "saluda a Ana", "locale": "es"}).json()
    assert "Hola, Ana!" in answer["reply"]
    assert [(call["tool"], call["outcome"]) for call in answer["tool_calls"]] == [("say_hello", "ok")]
    counted = [line for line in client.get("/metrics/prometheus").text.splitlines() if 'tool="say_hello"' in line]
    assert any(line.startswith("pulpo_tool_calls_total{") and line.endswith(" 1.0") for line in counted), counted


def test_pages_ship_with_the_wheel(client: httpx.Client) -> None:
    for path in ("/", "/console", "/docs"):
        page = client.get(path, follow_redirects=True)
        assert page.status_code == 200, path
        assert page.headers["content-type"].startswith("text/html")


def test_pulpo_check_is_content_with_it() -> None:
    run = subprocess.run(
        [sys.executable, "-m", "pulpo", "check", "hello"], capture_output=True, text=True, timeout=120, check=False
    )
    assert run.returncode == 0, run.stdout + run.stderr


def test_the_command_line_lists_it() -> None:
    run = subprocess.run(
        [sys.executable, "-m", "pulpo", "plugins", "--json"], capture_output=True, text=True, timeout=120, check=True
    )
    assert "hello" in json.dumps(json.loads(run.stdout))
