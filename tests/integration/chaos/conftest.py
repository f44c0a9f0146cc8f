"""Servers with the `salon` plugin, which start in a moment and are meant to get into trouble."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import TypeAlias

import pytest

from support.distributions import install
from support.nursery import nursery
from support.postgres import Postgres
from support.server import Server, running

SETTINGS = """
[turns]
lease = 1.0
wait = 2.0
[variants.stable]
planner = "clerk"
[plugins.pulpo_guardrails]
unasked = ["book"]
[workspaces.demo]
[workspaces.other]
"""

Open: TypeAlias = Callable[..., Server]


@contextmanager
def salons(folder: Path) -> Iterator[Open]:
    """Yield what opens a server (its folder's name, environment), all of which are closed at the end."""
    site = folder / "site"
    install(site, "salon", {"salon": Path(__file__).with_name("salon.py").read_text()}, entries={"salon": "salon"})
    with ExitStack() as stack:
        make = stack.enter_context(nursery(site))

        def start(name: str, **environ: str) -> Server:
            (folder / name).mkdir()
            return stack.enter_context(running(folder / name, toml=SETTINGS, environ=environ, make=make))

        yield start


@pytest.fixture
def open_salon(tmp_path: Path) -> Iterator[Open]:
    """Opens a server of this test's own; without PULPO_DATABASE_URL on SQLite."""
    with salons(tmp_path) as start:
        yield start


@pytest.fixture(scope="module")
def two_salons(postgres: Postgres, tmp_path_factory: pytest.TempPathFactory) -> Iterator[list[Server]]:
    """Two replicas over one PostgreSQL."""
    url = postgres.create()
    with salons(tmp_path_factory.mktemp("salons")) as start:
        yield [start(name, PULPO_DATABASE_URL=url) for name in ("one", "two")]


@pytest.fixture
def counted(postgres: Postgres, two_salons: list[Server]) -> Callable[[str], int]:
    """Counts rows in the database of the replicas: ``FROM …``."""
    database = two_salons[0].environ["PULPO_DATABASE_URL"].rpartition("/")[2]
    return lambda rows: int(postgres.execute(f"SELECT count(*) {rows}", database=database)[0][0])


@pytest.fixture
def booked(counted: Callable[[str], int]) -> Callable[[str], int]:
    """Counts the rows of whoever booked at the replicas."""
    return lambda who: counted(f"FROM booked WHERE who = '{who}'")
