"""The audit never calls a run passed that could ask nobody."""

from __future__ import annotations

import runpy
from typing import Any

import pytest

from support.documents import ROOT

AUDIT = runpy.run_path(str(ROOT / ".ci" / "audit.py"))
SKIPPED = {"name": "litestar", "skip_reason": "not found"}
CLEAN = {"name": "anyio", "version": "4.8", "vulns": []}
VULNERABLE = {"name": "httpx", "version": "0.1", "vulns": [{"id": "CVE-1"}]}


@pytest.mark.parametrize(
    ("dependencies", "status", "said"),
    [
        ([], 0, "skipped: no advisory source"),
        ([SKIPPED], 0, "skipped: no advisory source"),
        ([SKIPPED, CLEAN], 0, "1 of 2 packages checked, 0 vulnerabilities known"),
        ([CLEAN, VULNERABLE], 1, "vulnerable: httpx 0.1 CVE-1"),
    ],
)
def test_report(dependencies: list[dict[str, Any]], status: int, said: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert AUDIT["report"](dependencies) == status
    assert said in capsys.readouterr().out
