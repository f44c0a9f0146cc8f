"""What pyproject.toml promises: the dependencies are the imports, and every entry point leads to a module."""

from __future__ import annotations

import ast
import re
import sys
import tomllib
from importlib.metadata import entry_points, packages_distributions
from importlib.util import find_spec
from typing import Any

import pytest

import pulpo
from support.documents import ROOT, files

OWN = {
    "pulpo",
    "pulpo_booking",
    "pulpo_canary",
    "pulpo_guardrails",
    "pulpo_llm",
    "pulpo_otel",
    "pulpo_prometheus",
    "pulpo_rules",
}
NEVER_IMPORTED = {
    "greenlet": "SQLAlchemy needs it to lend a connection of asyncpg's",
    "httptools": "uvicorn parses with it when it is there",
    "tzdata": "zoneinfo reads it where the system has no zones, or old ones",
    "uvloop": "uvicorn runs on it when it is there",
}
NOT_DECLARED = {
    "pydantic_core": "a part of pydantic, never of another version",
    "pytest": "the fixture for plugin authors is loaded by pytest alone",
}


@pytest.fixture(scope="module")
def project() -> dict[str, Any]:
    """The table [project]."""
    table: dict[str, Any] = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    return table


def test_dependencies_are_what_the_product_imports(project: dict[str, Any]) -> None:
    extras = [each for extra in project["optional-dependencies"].values() for each in extra]
    declared = {re.split(r"[^\w-]", each)[0] for each in (*project["dependencies"], *extras)}
    known = packages_distributions()
    others = imports() - OWN - sys.stdlib_module_names - NOT_DECLARED.keys()
    imported: set[str] = set()
    for module in others:
        providers = {name.lower().replace("_", "-") for name in known[module]}
        imported |= providers & declared or providers  # a namespace such as opentelemetry has several
    assert declared - NEVER_IMPORTED.keys() == imported


def test_version_is_one(project: dict[str, Any]) -> None:
    assert project["version"] == pulpo.__version__


@pytest.mark.parametrize("group", ["pulpo", "pytest11", "console_scripts"])
def test_entry_points_lead_to_modules(group: str) -> None:
    ours = [point for point in entry_points(group=group) if point.dist and point.dist.name == "pulpoai"]
    assert ours
    assert [point.name for point in ours if find_spec(point.module) is None] == []


def imports() -> set[str]:
    """The top-level names that runtime and plugins import anywhere, tools for the type checker included."""
    found: set[str] = set()
    for path in files():
        if path.suffix == ".py" and path.relative_to(ROOT).parts[0] in {"runtime", "plugins"}:
            for node in ast.walk(ast.parse(path.read_text("utf-8"))):
                if isinstance(node, ast.Import):
                    found |= {alias.name.partition(".")[0] for alias in node.names}
                elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
                    found.add(node.module.partition(".")[0])
    return found
