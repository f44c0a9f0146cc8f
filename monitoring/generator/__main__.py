"""``python -m generator [--check]``: write the generated files, or say which are not as they would be written."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from pathlib import Path

from generator.dashboards import dashboard_files
from generator.rules import rule_files
from generator.scenes import DASHBOARDS

MONITORING = Path(__file__).parents[1]


def generated() -> Mapping[Path, str]:
    """Return every generated file's text by its path."""
    rules = {MONITORING / "prometheus" / "rules" / name: text for name, text in rule_files().items()}
    dashboards = dashboard_files(DASHBOARDS)
    return rules | {MONITORING / "grafana" / "dashboards" / name: text for name, text in dashboards.items()}


def main(arguments: list[str]) -> int:
    """Write the files; with ``--check`` return 1 when one is not as it should be."""
    stale = [
        path for path, text in generated().items() if not path.exists() or path.read_text(encoding="utf-8") != text
    ]
    for path in stale:
        print(path.relative_to(MONITORING))  # noqa: T201 - a command's answer
        if "--check" not in arguments:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(generated()[path], encoding="utf-8")
    return 1 if stale and "--check" in arguments else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
