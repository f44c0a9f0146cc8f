"""The public door: its names, that they are sorted, and what it costs to open it."""

from __future__ import annotations

import subprocess
import sys
from textwrap import dedent

import pulpo

HEAVY = ("litestar", "sqlalchemy", "pydantic", "pydantic_settings", "pulpo.settings", "pulpo.http", "pulpo.store")
MODULES, CALLS = 200, 170_000
"""Which opening the door may load, the standard library's included, and function calls that it may make. They are the
same on every machine; `tox -e bench` tells the time."""


def test_every_exported_name_exists_and_is_listed_in_order() -> None:
    assert [name for name in pulpo.__all__ if not hasattr(pulpo, name)] == []
    assert list(pulpo.__all__) == sorted(pulpo.__all__)
    assert len(set(pulpo.__all__)) == len(pulpo.__all__)


def test_importing_it_loads_nothing_heavy() -> None:
    script = f"import sys, pulpo; print([name for name in {HEAVY!r} if name in sys.modules])"
    assert run(script) == "[]"


def test_importing_it_loads_few_modules_and_does_little() -> None:
    script = """
        import cProfile, pstats, sys
        profile, before = cProfile.Profile(), len(sys.modules)
        profile.enable()
        import pulpo
        profile.disable()
        print(len(sys.modules) - before, pstats.Stats(profile).total_calls)
    """
    modules, calls = map(int, run(dedent(script)).split())
    assert 0 < modules <= MODULES
    assert 0 < calls <= CALLS


def run(script: str) -> str:
    return subprocess.run(
        [sys.executable, "-c", script], check=True, capture_output=True, text=True, timeout=120
    ).stdout.strip()
