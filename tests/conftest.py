"""Fixtures for every folder of tests."""

from __future__ import annotations

from collections.abc import Iterator

import httpx
import pytest

from support.ports import free_port
from support.server import Server, running


@pytest.fixture(scope="session")
def anyio_backend() -> tuple[str, dict[str, bool]]:
    """asyncio without uvloop: its debug mode and its errors are what tests want to see."""
    return "asyncio", {"use_uvloop": False}


@pytest.fixture(name="free_port")
def a_free_port() -> int:
    """A loopback port nobody listens on."""
    return free_port()


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A real `pulpo serve` with the default settings and an empty database, one for the test module."""
    with running(tmp_path_factory.mktemp("server")) as started:
        yield started


@pytest.fixture
def client(server: Server) -> Iterator[httpx.Client]:
    """An HTTP client whose addresses begin at the server's."""
    with httpx.Client(base_url=server.url, timeout=60) as http:
        yield http


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[None]) -> Iterator[None]:
    """Show the log of the server that a failed test talked to."""
    report: pytest.TestReport = yield  # type: ignore[assignment, misc]
    if report.failed and isinstance(item, pytest.Function):
        for value in item.funcargs.values():
            if isinstance(value, Server):
                report.sections.append((f"log of {value.url}", value.log_tail()))
    return report  # type: ignore[return-value]
