"""The design's edge cases over HTTP once more, on PostgreSQL: the same chats, with this module's `street_url`."""

from collections.abc import Iterator
from functools import partial

import pytest

from functional.booking.test_edge_cases import *  # noqa: F403
from pulpo import assembly
from pulpo.store.opening import open_store
from support.postgres import UNHURRIED, Postgres


@pytest.fixture(scope="module")
def street_url(postgres: Postgres, migrated: str) -> Iterator[str]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(assembly, "open_store", partial(open_store, patience=UNHURRIED))
        yield postgres.create(template=migrated)
