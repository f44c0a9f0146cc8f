"""The OpenAPI document: well-formed by two strict linters, complete, and true of what is served."""

from __future__ import annotations

import json
import re
import subprocess
from pathlib import Path
from typing import Any

import pytest

from pulpo.assembly import plugins_of
from pulpo.http.app import surface_of
from pulpo.http.openapi import document_of, statuses
from pulpo.http.operations import Operation
from pulpo.settings import Settings
from support.parts import node_tool

PAGES = {"/", "/console", "/docs"}


@pytest.fixture(scope="module")
def operations() -> tuple[Operation, ...]:
    settings = Settings()
    return surface_of(settings, plugins_of(settings)).operations


@pytest.fixture(scope="module")
def document(operations: tuple[Operation, ...]) -> dict[str, Any]:
    written: dict[str, Any] = json.loads(json.dumps(document_of(operations)))
    return written


@pytest.fixture
def folder(document: dict[str, Any], tmp_path: Path) -> Path:
    (tmp_path / "openapi.json").write_text(json.dumps(document), encoding="utf-8")
    (tmp_path / ".spectral.yaml").write_text('extends: ["spectral:oas"]\n', encoding="utf-8")
    return tmp_path


def lint(folder: Path, *command: str) -> subprocess.CompletedProcess[str]:
    tool, *arguments = command
    return subprocess.run([node_tool(tool), *arguments], cwd=folder, capture_output=True, text=True, timeout=120)


def test_redocly_finds_nothing(folder: Path) -> None:
    done = lint(folder, "redocly", "lint", "openapi.json", "--extends", "recommended-strict")
    assert done.returncode == 0, done.stdout + done.stderr


def test_spectral_finds_nothing(folder: Path) -> None:
    done = lint(folder, "spectral", "lint", "openapi.json", "--ruleset", ".spectral.yaml", "--fail-severity", "warn")
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_linters_would_find_a_missing_licence(document: dict[str, Any], folder: Path) -> None:
    broken = {**document, "info": {key: value for key, value in document["info"].items() if key != "license"}}
    (folder / "openapi.json").write_text(json.dumps(broken), encoding="utf-8")
    done = lint(folder, "redocly", "lint", "openapi.json", "--extends", "recommended-strict")
    assert done.returncode != 0


def test_everything_served_is_documented_but_pages(operations: tuple[Operation, ...], document: dict[str, Any]) -> None:
    written = {(method.upper(), path) for path, methods in document["paths"].items() for method in methods}
    served = {(it.method, it.path) for it in operations}
    hidden = {path for _, path in served - written}
    assert written <= served
    assert {path for path in hidden if not path.startswith("/assets/")} == PAGES


def test_names_of_operations_are_unique(document: dict[str, Any]) -> None:
    names = [it["operationId"] for methods in document["paths"].values() for it in methods.values()]
    assert len(names) == len(set(names))


def test_every_reference_leads_somewhere(document: dict[str, Any]) -> None:
    wanted = set(re.findall(r'"\$ref": "#/components/schemas/([^"]+)"', json.dumps(document)))
    assert wanted
    assert wanted <= set(document["components"]["schemas"])


def test_every_operation_documents_its_refusals(operations: tuple[Operation, ...], document: dict[str, Any]) -> None:
    for operation in operations:
        if operation.documented:
            responses = document["paths"][operation.path][operation.method.lower()]["responses"]
            assert {str(status) for status in statuses(operation)} < set(responses), operation.id


def test_chat_is_documented_field_for_field(document: dict[str, Any]) -> None:
    schemas = document["components"]["schemas"]
    assert list(schemas["TurnAnswer"]["required"]) == [
        "conversation_id",
        "turn_id",
        "reply",
        "variant",
        "served_by",
        "outcome",
        "tool_calls",
        "duration_ms",
    ]
    assert list(schemas["CallReport"]["required"]) == ["id", "tool", "arguments", "outcome", "duration_ms"]
    message = schemas["ChatMessage"]
    assert message["additionalProperties"] is False
    assert message["required"] == ["message"]
    assert set(message["properties"]) == {
        "message",
        "conversation_id",
        "user_id",
        "locale",
        "region",
        "channel",
        "attributes",
    }
