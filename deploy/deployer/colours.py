"""Blue-green: two copies of the application behind nginx, of which one has the traffic.

The file `upstream.conf` says which; it is the whole state. The idle copy is started with the new image, verified on
a port of its own, and then nginx is told to read the file again, which fails no request: its old workers finish what
they began. The copy before stays stopped as it was, so going back takes a start and a switch.

An installation that ran a single copy becomes blue-green at its next deployment with `--blue-green`. That once the
single copy gives up its port right before the edge takes it: a second without service, and the only one.
"""

from __future__ import annotations

import re
from pathlib import Path

from deployer.engine import ROOT, CommandError, Engine
from deployer.verify import Site, wait_until

FILE = ROOT / "deploy" / "nginx" / "active" / "upstream.conf"
EDGE = "edge"
CONFIGURATION = "/etc/pulpo/edge.conf"
"""In the edge's container; without it nginx would read the image's own."""
SINGLE = "pulpo-app"
PORTS = {"blue": 8001, "green": 8002}
"""Where each copy answers before it has the traffic; PULPO_BLUE_PORT and PULPO_GREEN_PORT name others."""
OTHER = {"blue": "green", "green": "blue"}


class BlueGreen:
    """One switch from a colour to the other. ``beside`` are the other services that must run."""

    def __init__(self, engine: Engine, *, beside: tuple[str, ...], file: Path = FILE, seconds: float = 90.0) -> None:
        self._engine = engine
        self._beside = beside
        self._file = file
        self._seconds = seconds
        self.old = active(file)
        self.new = OTHER[self.old] if self.old else "blue"
        self._took_over = False

    def idle_service(self) -> str:
        """Compose's name of the copy that gets the new image."""
        return f"pulpo-app-{self.new}"

    active_service = idle_service
    """After the switch it is the active one."""

    def idle_address(self) -> str:
        """Where the new copy answers before it has the traffic."""
        return self._address(self.new)

    def start_idle(self) -> str:
        """Start the new copy beside the one that has the traffic.

        What stands beside is started where it does not run and never made anew: that would fail requests.
        """
        self._engine.service("up", "--detach", "--no-build", "--no-recreate", *self._beside, seconds=600)
        self._engine.service("up", "--detach", "--no-build", "--no-deps", "--force-recreate", self.idle_service())
        return self.new

    def switch(self) -> str:
        """Give the traffic to the new copy."""
        if self.old is None and self._engine.is_up(SINGLE):
            self._took_over = True
            self._engine.service("stop", SINGLE)
        self._point_to(self.new)
        return f"{self.old or 'nothing'} -> {self.new}"

    def stop_idle(self) -> str:
        """Stop the copy that had the traffic before; it finishes its turns first."""
        if self.old is None:
            return "there was none"
        self._engine.service("stop", f"pulpo-app-{self.old}")
        return self.old

    def go_back(self) -> str:
        """Give the traffic back to whatever had it."""
        if self.old is None:
            return self._leave()
        self._engine.service("start", f"pulpo-app-{self.old}")
        waited = self._wait(self._address(self.old))
        if active(self._file) != self.old:
            self._point_to(self.old)
        self._engine.service("stop", self.idle_service())
        return f"{self.old} has the traffic, ready {waited}"

    def _leave(self) -> str:
        self._file.unlink(missing_ok=True)
        self._engine.service("stop", EDGE, self.idle_service())
        if not self._took_over:
            return "there was no colour before: edge and the new copy are stopped"
        self._engine.service("start", SINGLE)
        return "the single copy is started again"

    def _address(self, colour: str) -> str:
        return f"http://127.0.0.1:{self._engine.environ.get(f'PULPO_{colour.upper()}_PORT', PORTS[colour])}"

    def _wait(self, address: str) -> str:
        return wait_until(lambda: Site(url=address).get("/health/ready"), seconds=self._seconds)

    def _point_to(self, colour: str) -> None:
        before = self._file.read_text("utf-8") if self._file.exists() else None
        write(self._file, colour)
        self._engine.service("up", "--detach", "--no-build", "--no-deps", "--no-recreate", EDGE)
        try:
            self._nginx("-t")
        except CommandError:
            if before is not None:
                self._file.write_text(before, "utf-8")
            raise
        self._nginx("-s", "reload")

    def _nginx(self, *arguments: str) -> None:
        self._engine.service("exec", "-T", EDGE, "nginx", "-c", CONFIGURATION, *arguments)


def active(file: Path = FILE) -> str | None:
    """Return the colour that has the traffic, or None before the first deployment."""
    if not file.exists():
        return None
    found = re.search(r"pulpo-app-(blue|green):", file.read_text("utf-8"))
    return found[1] if found else None


def write(file: Path, colour: str) -> None:
    """Make nginx's file say that ``colour`` has the traffic."""
    file.parent.mkdir(parents=True, exist_ok=True)
    draft = file.with_suffix(".new")
    draft.write_text(f"upstream pulpo {{\n  server pulpo-app-{colour}:8000;\n  keepalive 32;\n}}\n", "utf-8")
    draft.replace(file)
