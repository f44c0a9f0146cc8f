"""The public door: its names, that they are sorted, and what it costs to open it."""

from __future__ import annotations

import subprocess
import sys

import pulpo

HEAVY = ("litestar", "sqlalchemy", "pydantic", "pydantic_settings", "pulpo.settings", "pulpo.http", "pulpo.store")
LIMIT = 0.150
TRIES = 9


def test_every_exported_name_exists_and_is_listed_in_order() -> None:
    assert [name for name in pulpo.__all__ if not hasattr(pulpo, name)] == []
    assert list(pulpo.__all__) == sorted(pulpo.__all__)
    assert len(set(pulpo.__all__)) == len(pulpo.__all__)


def test_importing_it_loads_nothing_heavy() -> None:
    script = f"import sys, pulpo; print([name for name in {HEAVY!r} if name in sys.modules])"
    assert run(script) == "[]"


def test_importing_it_takes_150_ms_at_most() -> None:
    script = "import time; start = time.process_time(); import pulpo; print(time.process_time() - start)"
    # The fastest of several: the first may find nothing compiled, and nothing makes an import faster than it is.
    assert min(float(run(script)) for _ in range(TRIES)) <= LIMIT


def run(script: str) -> str:
    return subprocess.run(
        [sys.executable, "-c", script], check=True, capture_output=True, text=True, timeout=60
    ).stdout.strip()
