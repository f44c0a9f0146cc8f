"""The server of a run: a salon with room for everybody, a capacity that can be pinned, and the rows it wrote."""

from __future__ import annotations

import json
import os
import sqlite3
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from ipaddress import ip_address
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

import pulpo_booking
from load.figures import Watch
from support.distributions import install
from support.server import running

SERVICE_SECONDS: Final = 1.0
"""What a turn takes on average where the capacity is pinned: as with a quick model, and it costs no CPU."""

PACE = """
    import os
    import random
    import anyio
    import pulpo

    SECONDS = float(os.environ["LOAD_SERVICE_SECONDS"])
    RANDOM = random.Random(1)

    class Pace(pulpo.Policy):
        name = "pace"

        async def check_message(self, context):
            # Of one length, the turns that a spike lets in together would end together, for ever after.
            await anyio.sleep(SECONDS * RANDOM.uniform(0.5, 1.5))
            return pulpo.ALLOW

    @pulpo.hookimpl
    def pulpo_register_policies(settings):
        return [Pace()]
"""
"""A plugin that makes every turn take its time, and with ``turns.max_in_flight`` gives the server a known capacity."""

SALON_DAYS: Final = 300
ROWS: Final = "SELECT customer, count(*) FROM booking_appointments WHERE state = 'active' GROUP BY customer"


class TargetError(ValueError):
    """What was asked for may not be loaded."""


def loopback(url: str) -> int:
    """Return the port of a loopback address; raises `TargetError` for any other: nobody else asked to be loaded."""
    parts = urlsplit(url if "://" in url else f"http://{url}")
    try:
        own = parts.hostname == "localhost" or ip_address(parts.hostname or "").is_loopback
        port = parts.port
    except ValueError:
        own, port = False, None
    if not own or not port:
        raise TargetError(
            f"{url} is no loopback address with a port; load this machine alone, as http://127.0.0.1:8000"
        )
    return port


@dataclass(frozen=True, slots=True)
class House:
    """A server under load; ``pid`` None when it is somebody else's, ``rows`` when its database is not known."""

    port: int
    pid: int | None = None
    rows: Callable[[], Counter[str]] | None = None

    def watch(self) -> Watch:
        """Look at the server's process."""
        if self.pid is None:
            return Watch(0, 0.0)
        pages = int(Path(f"/proc/{self.pid}/statm").read_text().split()[1])
        fields = Path(f"/proc/{self.pid}/stat").read_text().rpartition(")")[2].split()
        ticks = int(fields[11]) + int(fields[12])
        files = sum(1 for _ in Path(f"/proc/{self.pid}/fd").iterdir())
        return Watch(pages * os.sysconf("SC_PAGE_SIZE"), ticks / os.sysconf("SC_CLK_TCK"), files)


@contextmanager
def own(
    folder: Path, *, capacity: float | None = None, service: float = SERVICE_SECONDS, kind: str = "uvicorn"
) -> Iterator[House]:
    """Start a server in ``folder``; with a ``capacity``, no more than so many turns a second fit in."""
    environ = {"PULPO_SERVER": kind, **(pinned(folder / "site", capacity, service) if capacity else {})}
    with running(folder, toml=settings(folder), environ=environ) as server:
        assert server.process is not None
        yield House(server.port, server.process.pid, lambda: sqlite_rows(server.database_path))


def pinned(site: Path, capacity: float, service: float) -> dict[str, str]:
    """Install the plugin that takes ``service`` seconds; return the environment in which ``capacity`` turns a second
    fit in, and no more."""
    install(site, "pace", {"pace": PACE}, entries={"pace": "pace"})
    return {
        "PYTHONPATH": str(site),
        "LOAD_SERVICE_SECONDS": str(service),
        "PULPO_TURNS__MAX_IN_FLIGHT": str(max(1, round(capacity * service))),
    }


def settings(folder: Path) -> str:
    """Write the salon down and return the settings that name it."""
    path = folder / "salon.json"
    path.write_text(json.dumps(salon()), "utf-8")
    return f"[plugins.pulpo_booking]\nbusinesses = [{json.dumps(str(path))}]\n"


def salon() -> dict[str, Any]:
    """The demo's services with a staff of sixteen who never close: what is full would be no load."""
    demo = json.loads((Path(pulpo_booking.__file__).parent / "samples/demo.json").read_text("utf-8"))
    days = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
    hours = {day: [["08:00", "22:00"]] for day in days}
    names = "Ana Bea Carla Diego Elena Fede Gala Hugo Inés Juan Karla Leo Marta Nico Olga Pablo".split()
    return {
        **demo,
        "hours": hours,
        "special_hours": {},
        "holidays": {"use": False},
        "maximum_advance_days": SALON_DAYS + 60,
        "staff": [{"id": f"s{number}", "name": name} for number, name in enumerate(names)],
    }


def sqlite_rows(path: Path) -> Counter[str]:
    """Return how many active appointments each customer has."""
    with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as database:
        return people(database.execute(ROWS).fetchall())


def people(rows: Sequence[tuple[str, int]]) -> Counter[str]:
    """Return the rows of `ROWS` by the name the customers chatted under."""
    return Counter({customer.removeprefix("user:"): number for customer, number in rows})
