from __future__ import annotations

import itertools
from functools import partial
from pathlib import Path

from pulpo.store.secrets import secret
from pulpo.store.sqlite import open_sqlite


async def test_a_secret_is_made_once_and_outlives_the_process(path: Path) -> None:
    counter = itertools.count(1)

    def rng(size: int) -> bytes:
        return bytes([next(counter)]) * size

    async with open_sqlite(path) as store:
        first = await store.database.write(partial(secret, name="visitors", rng=rng))
        other = await store.database.write(partial(secret, name="feeds", rng=rng))
    async with open_sqlite(path) as store:
        again = await store.database.write(partial(secret, name="visitors", rng=rng))
    assert (first, other, again) == (b"\x01" * 32, b"\x02" * 32, b"\x01" * 32)
