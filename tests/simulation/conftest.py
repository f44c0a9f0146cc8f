from __future__ import annotations

import pytest

from simulation.store import empty_database


@pytest.fixture(scope="session")
def database() -> bytes:
    """A database with the real schema, from which every world starts."""
    return empty_database()
