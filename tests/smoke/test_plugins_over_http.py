"""Broken plugins, installed as pip would, never keep the server from starting, and each is named with its reason."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from textwrap import dedent
from typing import Any, NamedTuple

import httpx
import pytest

from support.server import Server, ServerNotReadyError, running


class Broken(NamedTuple):
    """A plugin module's source and a word its reason must hold."""

    source: str
    reason: str


BROKEN = {
    "bad_import": Broken("import a_module_that_nobody_has", "a_module_that_nobody_has"),
    "bad_syntax": Broken("def tool(:\n    pass", "SyntaxError"),
    "bad_exit": Broken("import sys\nsys.exit(3)", "sys.exit(3)"),
    "bad_hook_name": Broken(
        "import pulpo\n@pulpo.hookimpl\ndef pulpo_register_tolls(settings):\n    return []", "pulpo_register_tolls"
    ),
    "bad_hook": Broken(
        "import pulpo\n@pulpo.hookimpl\ndef pulpo_register_tools(settings):\n    raise RuntimeError('no luck')",
        "no luck",
    ),
}
SLOW = """
    import time
    import pulpo
    time.sleep(0.6)

    @pulpo.tool(read_only=True)
    def take_your_time() -> str:
        "Return a word."
        return "done"

    @pulpo.hookimpl
    def pulpo_register_tools(settings):
        return [take_your_time]
"""


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with installed plugins: five broken ones and a slow one."""
    folder = tmp_path_factory.mktemp("site")
    for name, broken in BROKEN.items():
        install(folder, name, broken.source)
    install(folder, "slow", dedent(SLOW))
    return folder


@pytest.fixture(scope="module")
def server(site: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server that finds those plugins."""
    with running(tmp_path_factory.mktemp("server"), environ={"PYTHONPATH": str(site)}) as started:
        yield started


def test_each_broken_plugin_is_named_with_its_reason_over_http(client: httpx.Client) -> None:
    named = {each["name"]: each for each in records(client.get("/plugins").json())}
    for name, broken in BROKEN.items():
        assert named[name]["state"] == "quarantined"
        assert broken.reason in named[name]["reason"]
        assert named[name]["distribution"] == name.replace("_", "-")
    assert named["slow"]["state"] == "active"
    assert named["slow"]["import_ms"] >= 600
    assert "take_your_time" in named["slow"]["contributes"]["tools"]
    assert all(each["state"] == "active" for name, each in named.items() if name.startswith("pulpo_"))


def test_the_command_line_names_them_too(site: Path, tmp_path: Path) -> None:
    shown = plugins_command(site, tmp_path, "--json")
    named = {each["name"]: each for each in records(json.loads(shown))}
    for name, broken in BROKEN.items():
        assert named[name]["state"] == "quarantined"
        assert broken.reason in named[name]["reason"]
    table = plugins_command(site, tmp_path)
    assert all(name in table for name in (*BROKEN, "slow"))


def test_health_and_metrics_count_them(client: httpx.Client, server: Server) -> None:
    assert 'quarantined"} 5' in client.get("/metrics/prometheus").text
    assert "bad_import" in client.get("/metrics/health").text
    assert "bad_import" in server.log_tail(100_000)


def test_the_others_work(client: httpx.Client) -> None:
    answer = client.post("/chat", json={"message": "¿Qué servicios tenéis?", "locale": "es"}).json()
    assert "Manicura" in answer["reply"]


@pytest.mark.parametrize(
    ("insists", "named"),
    [('required = ["bad_hook"]', ("bad_hook", "no luck")), ("strict = true", ("bad_",))],
    ids=["required", "strict"],
)
def test_a_start_that_insists_is_refused_and_says_why(
    insists: str, named: tuple[str, ...], site: Path, tmp_path: Path
) -> None:
    environ = {"PYTHONPATH": str(site)}
    with (
        pytest.raises(ServerNotReadyError) as refused,
        running(tmp_path, toml=f"[plugins]\n{insists}\n", environ=environ),
    ):
        pass
    assert all(word in str(refused.value) for word in named)
    assert "Traceback" not in str(refused.value)


def test_a_denied_plugin_is_not_even_imported(site: Path, tmp_path: Path) -> None:
    marker = tmp_path / "imported"
    install(tmp_path, "nosy", f"from pathlib import Path\nPath({str(marker)!r}).touch()")
    environ = {"PYTHONPATH": f"{tmp_path}{os.pathsep}{site}"}
    with running(tmp_path, toml='[plugins]\ndeny = ["nosy"]\n', environ=environ) as server:
        named = {each["name"]: each for each in records(httpx.get(f"{server.url}/plugins", timeout=60).json())}
    assert named["nosy"]["state"] == "blocked"
    assert not marker.exists()


def install(folder: Path, name: str, source: str) -> None:
    """Put a module and its distribution's metadata into ``folder``, as pip lays them out."""
    (folder / f"{name}.py").write_text(source, encoding="utf-8")
    metadata = folder / f"{name}-1.0.dist-info"
    metadata.mkdir()
    distribution = name.replace("_", "-")
    (metadata / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {distribution}\nVersion: 1.0\n", encoding="utf-8")
    (metadata / "entry_points.txt").write_text(f"[pulpo]\n{name} = {name}\n", encoding="utf-8")


def records(payload: Any) -> list[dict[str, Any]]:
    """The plugin records, however they are wrapped."""
    return payload["plugins"] if isinstance(payload, dict) else payload


def plugins_command(site: Path, folder: Path, *options: str) -> str:
    """Run `pulpo plugins` and return what it prints."""
    return subprocess.run(
        [sys.executable, "-m", "pulpo", "plugins", *options],
        env={**os.environ, "PYTHONPATH": str(site), "COLUMNS": "200"},
        cwd=folder,
        check=True,
        capture_output=True,
        text=True,
        timeout=300,
    ).stdout
