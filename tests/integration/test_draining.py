"""One of two replicas is asked to stop, as a rollout does it, while people write: nobody notices."""

from __future__ import annotations

import signal
import time
from collections.abc import Iterator
from contextlib import ExitStack

import pytest

from chaos.composed import new_key, nginx
from support.distributions import install
from support.postgres import Postgres
from support.server import Server, running
from support.steady import steady

RATE = 50.0
DRAIN = 1.0
"""Seconds between "not ready" and the end of listening."""
SOME = 20
"""Requests: enough that either replica gets some."""

UNHURRIED = """
    from pulpo.store.postgres import store

    store.PATIENCE = 60.0
"""
"""A plugin for servers that wait for a busy machine's database: here no refusal may have to do with it."""


@pytest.fixture(scope="module", params=["uvicorn", "granian"])
def replicas(request: pytest.FixtureRequest, postgres: Postgres, tmp_path_factory) -> Iterator[tuple[Server, ...]]:
    """Two replicas on one database, served by ``uvicorn`` or ``granian``."""
    site = tmp_path_factory.mktemp("site")
    install(site, "unhurried", {"unhurried": UNHURRIED}, entries={"unhurried": "unhurried"})
    environ = {
        "PYTHONPATH": str(site),
        "PULPO_DATABASE_URL": postgres.create(),
        "PULPO_DRAIN_DELAY": str(DRAIN),
        "PULPO_SERVER": request.param,
    }
    with ExitStack() as stack:
        yield tuple(
            stack.enter_context(running(tmp_path_factory.mktemp(name), environ=environ)) for name in ("one", "two")
        )


@pytest.fixture(scope="module")
def edge(replicas: tuple[Server, ...], tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, str]]:
    """The address of the edge before them, and a key."""
    with nginx(tmp_path_factory.mktemp("edge"), [replica.port for replica in replicas]) as port:
        yield f"http://127.0.0.1:{port}", new_key(replicas[0].environ["PULPO_DATABASE_URL"])


def test_one_is_stopped_and_no_request_fails(replicas, edge, capsys) -> None:
    with steady(*edge, rate=RATE) as answers:
        answers.until_more(SOME)
        began = time.monotonic()
        assert replicas[0].stop() == 0
        assert time.monotonic() - began >= DRAIN
        answers.until_more(SOME)
    with capsys.disabled():
        answers.all_well(least=2 * SOME - 1)


@pytest.mark.parametrize("replicas", ["uvicorn"], indirect=True)  # one process, so that a signal stops all of it
def test_control_one_that_ends_without_draining_is_noticed(replicas, edge) -> None:
    if replicas[0].process is None:
        replicas[0].start()
    with steady(*edge, rate=RATE) as answers:
        answers.until_more(SOME)
        replicas[0].process.send_signal(signal.SIGSTOP)
        answers.until_more(SOME)  # by the other one: by now some are in this one for certain
        replicas[0].kill()
    assert answers.failed
