"""What is committed is what the definitions say."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from importlib import import_module
from pathlib import Path

import pytest

from support.documents import ROOT

# Schema 42, which every Grafana of today reads, is of the first format; the builders would rather write the next one.
pytestmark = pytest.mark.filterwarnings("ignore:Prefer using dashboardv2:DeprecationWarning")

MONITORING = ROOT / "monitoring"


@pytest.fixture
def generated(monkeypatch: pytest.MonkeyPatch) -> Mapping[Path, str]:
    """What the generator would write, by path."""
    monkeypatch.syspath_prepend(str(MONITORING))
    found: Mapping[Path, str] = import_module("generator.__main__").generated()
    for name in [name for name in sys.modules if name.partition(".")[0] == "generator"]:
        del sys.modules[name]
    return found


def test_committed_is_what_would_be_written(generated: Mapping[Path, str]) -> None:
    stale = [path.name for path, text in generated.items() if path.read_text("utf-8") != text]
    assert stale == [], "run `python -m generator` in monitoring/"


def test_nothing_else_lies_beside_it(generated: Mapping[Path, str]) -> None:
    folders = {path.parent for path in generated}
    assert {path for folder in folders for path in folder.iterdir()} == set(generated)
