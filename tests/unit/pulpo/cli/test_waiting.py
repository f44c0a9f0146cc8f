"""Against ports where nobody listens; a real PostgreSQL that comes later is in ``tests/integration/store``."""

from __future__ import annotations

import signal
from collections.abc import Iterator

import pytest

from pulpo.cli.waiting import await_database
from pulpo.errors import SettingsError, StoreUnavailableError
from pulpo.settings import Settings
from support.ports import free_port


@pytest.fixture(autouse=True)
def handler() -> Iterator[None]:
    before = signal.getsignal(signal.SIGTERM)
    yield
    signal.signal(signal.SIGTERM, before)


def test_the_wait_is_bounded_and_each_try_is_a_line(capsysbinary: pytest.CaptureFixture[bytes]) -> None:
    now = 0.0

    def sleep(seconds: float) -> None:
        nonlocal now
        now += seconds

    nowhere = Settings(database_url=f"postgresql://pulpo@127.0.0.1:{free_port()}/pulpo", database_wait=2.5)
    with pytest.raises(StoreUnavailableError, match="cannot be used"):
        await_database(nowhere, monotonic=lambda: now, sleep=sleep)
    assert now == 2.5
    lines = capsysbinary.readouterr().out.splitlines()
    assert [b'"event":"database away"' in line for line in lines] == [True, True, True]
    assert signal.getsignal(signal.SIGTERM) != signal.SIG_DFL, "or the first process of a container hears no stop"


def test_without_patience_it_is_asked_once() -> None:
    nowhere = Settings(database_url=f"postgresql://pulpo@127.0.0.1:{free_port()}/pulpo", database_wait=0)
    with pytest.raises(StoreUnavailableError):
        await_database(nowhere, sleep=lambda _seconds: pytest.fail("it slept"))


def test_an_address_that_cannot_be_read_and_a_file_are_not_waited_for() -> None:
    await_database(Settings(database_url="sqlite:///nowhere/pulpo.db"), sleep=lambda _seconds: pytest.fail("it slept"))
    with pytest.raises(SettingsError, match="cannot be read"):
        await_database(Settings(database_url="postgresql://pulpo@127.0.0.1:port/pulpo"))
