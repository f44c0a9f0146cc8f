"""The dashboards are what Grafana's own types say a dashboard is."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from support.dashboards import FOLDER
from support.parts import NODE_MODULES, node_tool

CHECK = """
import type {{ Dashboard }} from '@grafana/schema';
// JSON holds the values of string enums, which TypeScript wants by name.
type Wire<T> = T extends string ? `${{T}}` : T extends object ? {{ [K in keyof T]: Wire<T[K]> }} : T;
// The Prometheus data source adds a field of its own to annotations.
type Ours = Dashboard & {{ annotations?: {{ list?: {{ expr?: string }}[] }} }};
export const dashboards: Wire<Ours>[] = {json};
"""


def errors(json: str, folder: Path) -> str:
    tsc = node_tool("tsc")
    file = folder / "dashboards.ts"
    file.write_text(CHECK.format(json=json), encoding="utf-8")
    (folder / "node_modules").symlink_to(NODE_MODULES)
    command = [tsc, "--strict", "--noEmit", "--skipLibCheck", "--moduleResolution", "node", str(file)]
    return subprocess.run(command, capture_output=True, text=True, timeout=300).stdout


def test_dashboards_are_of_grafana_s_types(tmp_path: Path) -> None:
    texts = ",\n".join(path.read_text("utf-8") for path in sorted(FOLDER.glob("*.json")))
    assert errors(f"[{texts}]", tmp_path) == ""


@pytest.mark.parametrize(("right", "wrong"), [('"absolute"', '"relative"'), ('"schemaVersion"', '"schemaversion"')])
def test_what_grafana_does_not_know_is_noticed(right: str, wrong: str, tmp_path: Path) -> None:
    text = (FOLDER / "pulpo-overview.json").read_text("utf-8")
    assert "error TS" in errors(f"[{text.replace(right, wrong, 1)}]", tmp_path)
