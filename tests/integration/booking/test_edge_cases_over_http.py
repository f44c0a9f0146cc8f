"""The design's edge cases over HTTP once more, on PostgreSQL: the same chats, with this module's `street_url`."""

import pytest

from functional.booking.test_edge_cases import *  # noqa: F403
from support.postgres import Postgres


@pytest.fixture(scope="module")
def street_url(postgres: Postgres, migrated: str) -> str:
    return postgres.create(template=migrated)
