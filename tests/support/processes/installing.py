"""The two commands on somebody's PATH, and a database for what they start."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from support.documents import ROOT
from support.parts import require
from support.postgres import Postgres
from support.processes.house import DATABASE, HOME


@contextmanager
def installed(folder: Path, postgres: Postgres) -> Iterator[dict[str, str]]:
    """Put the two commands into ``folder`` and yield the environment that scripts/deploy.sh is called with.

    The database and its user are made as PostgreSQL's image makes them. What was deployed runs until `compose down`.
    """
    require("nginx")
    postgres.execute("CREATE ROLE pulpo SUPERUSER LOGIN")
    postgres.execute("CREATE DATABASE pulpo OWNER pulpo")
    for name in ("podman", "docker-compose"):
        command = folder / name
        # Nothing of what coverage looks for runs in them, and a deployment calls them dozens of times.
        command.write_text(
            "#!/bin/sh\nunset COVERAGE_PROCESS_CONFIG COVERAGE_PROCESS_START\n"
            f'PYTHONPATH={ROOT / "tests"} exec {sys.executable} -m support.processes {name} "$@"\n',
            "utf-8",
        )
        command.chmod(0o755)
    yield {
        "PATH": f"{folder}:{postgres.binaries}:{os.environ['PATH']}",
        "PULPO_ENGINE": "podman",
        "PULPO_COMPOSE": "docker-compose",
        HOME: str(folder / "house"),
        DATABASE: f"127.0.0.1:{postgres.port}",
    }
