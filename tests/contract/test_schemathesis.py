"""A thousand requests made from the OpenAPI document: no 5xx, and every answer is one the document promises."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

from support.server import Server

CASES = 1000
EXAMPLES = 60
SECONDS = 15
"""For how long requests are made at a time, until there are enough: up to `RUNS` times on a very slow machine."""
RUNS = 12
SEED = 20261122
SCOPES = ("chat", "channel", "booking:read", "booking:admin", "metrics", "admin")

CONFIG = """
[checks.negative_data_rejection]
# 413, 414 and 431 refuse what is too large before anybody looks whether it fits.
expected-statuses = ["400", "401", "403", "404", "405", "409", "413", "414", "415", "422", "431"]
"""

EXCLUDED = "positive_data_acceptance"
"""What fits the document may still be refused: an Idempotency-Key that was used for another message, for one."""


@pytest.fixture
def key(server: Server) -> str:
    """A key with every scope; from now on the server answers nobody without one."""
    command = [sys.executable, "-m", "pulpo", "keys", "create", "--workspace", "demo"]
    command += [argument for scope in SCOPES for argument in ("--scope", scope)]
    command += ["--database-url", f"sqlite:///{server.database_path}"]
    return subprocess.run(
        command, cwd=server.folder, capture_output=True, text=True, timeout=120, check=True
    ).stdout.strip()


def test_no_request_breaks_the_server(server: Server, key: str, tmp_path: Path) -> None:
    (tmp_path / "schemathesis.toml").write_text(CONFIG, encoding="utf-8")
    command = [str(Path(sys.executable).with_name("schemathesis")), "run", f"{server.url}/schema/openapi.json"]
    command += ["--header", f"Authorization: Bearer {key}", "--exclude-checks", EXCLUDED]
    command += ["--request-timeout", "60"]  # for a server that hangs, not for one that a busy machine does not run
    command += ["--max-examples", str(EXAMPLES), "--max-time", str(SECONDS), "--suppress-health-check", "all"]
    made = 0
    for seed in range(SEED, SEED + RUNS):
        run = [*command, "--seed", str(seed), "--no-color"]
        done = subprocess.run(run, cwd=tmp_path, capture_output=True, text=True, timeout=300)
        assert done.returncode == 0, done.stdout[-6000:] + done.stderr[-2000:]
        generated = re.search(r"(\d+) generated", done.stdout)
        assert generated is not None, done.stdout[-2000:]
        print(generated[0])
        if (made := made + int(generated[1])) >= CASES:
            return
    pytest.fail(f"only {made} requests were made")
