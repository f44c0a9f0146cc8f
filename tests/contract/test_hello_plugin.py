"""The example plugin, from its folder. As an installed distribution it is tested in ``tests/examples``."""

from __future__ import annotations

import os
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from pulpo.testing.agent import new_agent
from pulpo.testing.check import check_plugin
from support.distributions import install
from support.documents import ROOT, blocks

EXAMPLE = ROOT / "examples" / "hello-plugin"
SOURCE = (EXAMPLE / "pulpo_hello.py").read_text("utf-8")
PROJECT = tomllib.loads((EXAMPLE / "pyproject.toml").read_text("utf-8"))


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The example as pip would install it."""
    site = tmp_path / "site"
    entries = PROJECT["project"]["entry-points"]["pulpo"]
    install(site, PROJECT["project"]["name"], {"pulpo_hello": SOURCE}, entries=entries)
    monkeypatch.syspath_prepend(site)
    monkeypatch.delitem(sys.modules, "pulpo_hello", raising=False)
    return site


def test_it_is_under_fifteen_lines() -> None:
    assert len(SOURCE.splitlines()) < 15


def test_it_needs_nothing_but_pulpoai() -> None:
    assert PROJECT["project"]["dependencies"] == ["pulpoai"]


@pytest.mark.usefixtures("site")
def test_pulpo_check_finds_nothing_to_mend() -> None:
    findings = [it for it in check_plugin("hello") if "its import takes" not in it.message]
    assert findings == []


@pytest.mark.parametrize(
    ("message", "locale"), [("saluda a Eva", "es"), ("say hello to Eva", "en"), ("Por favor, saluda a Eva", "es")]
)
@pytest.mark.usefixtures("site")
async def test_a_chat_calls_it(message: str, locale: str, tmp_path: Path) -> None:
    with new_agent(plugins=["hello"], directory=tmp_path) as agent:
        answer = await agent.say(message, locale=locale)
    assert answer.reply == "Hola, Eva!"
    assert [(call.tool, call.arguments) for call in answer.tool_calls] == [("say_hello", {"name": "Eva"})]


@pytest.mark.parametrize(
    ("message", "locale", "question"), [("saluda", "es", "¿A quién?"), ("say hello", "en", "To whom?")]
)
@pytest.mark.usefixtures("site")
async def test_a_chat_asks_for_the_name(message: str, locale: str, question: str, tmp_path: Path) -> None:
    with new_agent(plugins=["hello"], directory=tmp_path) as agent:
        assert question in (await agent.say(message, locale=locale)).reply
        assert (await agent.say("Ana", locale=locale)).reply == "Hola, Ana!"


def test_its_own_test_passes(site: Path) -> None:
    run = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-c", "pyproject.toml", "--rootdir", "."],
        env={**os.environ, "PYTHONPATH": str(site), "PYTHONDONTWRITEBYTECODE": "1"},
        cwd=EXAMPLE,
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert run.returncode == 0, run.stdout + run.stderr


def test_its_page_says_how_to_install_check_and_test_it() -> None:
    (block,) = blocks(EXAMPLE / "README.md")
    commands = [line.split()[0].rpartition("/")[2] for line in block.text.splitlines()]
    assert commands == ["python", "pip", "pulpo", "pulpo", "pytest"]
    for path in [word for word in block.text.split() if word.startswith(("./", "examples/"))]:
        assert (ROOT / path).exists(), path
