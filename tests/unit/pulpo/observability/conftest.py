from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from pulpo.observability.logging import open_log
from support.loglines import Lines

AT = datetime(2026, 11, 22, 10, 30, tzinfo=UTC)


@pytest.fixture
def lines() -> Iterator[Lines]:
    """What is written at level info."""
    found = Lines()
    with open_log("info", stream=found.stream, clock=lambda: AT):
        yield found
