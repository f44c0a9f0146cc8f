"""The images and containers: a folder with copies of sources, and files that say which process is which service."""

from __future__ import annotations

import hashlib
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import yaml

from support.pids import alive

HOME = "PULPO_PROCESSES"
"""The variable that names the folder."""
DATABASE = "PULPO_PROCESSES_DATABASE"
"""The variable that says where `postgres:5432` is, as host:port."""

APP = "pulpo-app"
EDGE = "edge"
BESIDE = ("postgres", "valkey")
PORTS = {
    APP: "PULPO_HTTP_PORT",
    EDGE: "PULPO_HTTP_PORT",
    f"{APP}-blue": "PULPO_BLUE_PORT",
    f"{APP}-green": "PULPO_GREEN_PORT",
}
PARTS = ("runtime", "plugins")


class RefusedError(Exception):
    """What was asked for cannot be done; the message is what an engine would print."""


@dataclass(frozen=True, slots=True)
class Container:
    """``image`` stays what the container was made of, whatever tags mean later; ``pid`` is 0 where it does not run."""

    service: str
    image: str = ""
    pid: int = 0

    @property
    def id(self) -> str:
        return hashlib.sha256(f"{self.service} {self.image}".encode()).hexdigest()[:12]

    @property
    def runs(self) -> bool:
        return self.service in BESIDE or (self.pid > 0 and alive(self.pid))


class House:
    """``environ`` is what a command was called with, ``tree`` the clone that is deployed."""

    def __init__(self, environ: Mapping[str, str], tree: Path) -> None:
        self.environ = environ
        self.tree = tree
        self.images = Path(environ[HOME]) / "images"
        self.rooms = Path(environ[HOME]) / "containers"
        for folder in (self.images, self.rooms):
            folder.mkdir(parents=True, exist_ok=True)

    def build(self, tag: str) -> None:
        """Copy the sources; what is compiled of those that did not change is taken over, as layers are."""
        draft, latest = self.images / "draft", self.tags().get("pulpo-ai:latest")
        shutil.rmtree(draft, ignore_errors=True)
        for part in PARTS:
            shutil.copytree(self.tree / part, draft / part)
        for cache in (self.images / latest).rglob("__pycache__") if latest else ():
            if (target := draft / cache.relative_to(self.images / str(latest))).parent.is_dir():
                shutil.copytree(cache, target)
        image = _digest(draft)
        if not (self.images / image).exists():
            draft.rename(self.images / image)
        self.tag(tag, image)

    def tags(self) -> dict[str, str]:
        """Return what each tag means."""
        file = self.images / "tags.json"
        return dict(json.loads(file.read_text("utf-8"))) if file.exists() else {}

    def tag(self, name: str, image: str | None) -> None:
        """Let a tag mean ``image``, or nothing."""
        changed = {**self.tags(), name: image}
        _write(self.images / "tags.json", {each: value for each, value in changed.items() if value})

    def image(self, name: str) -> str:
        """Return the id behind a tag or an id."""
        known = self.tags()
        if name not in known and name not in known.values():
            raise RefusedError(f"{name}: no such image")
        return known.get(name, name)

    def containers(self) -> Iterator[Container]:
        for file in sorted(self.rooms.glob("*.json")):
            yield Container(**json.loads(file.read_text("utf-8")))

    def container(self, service: str) -> Container | None:
        return next((each for each in self.containers() if each.service == service), None)

    def up(self, service: str, *, recreate: bool = False, keep: bool = False) -> None:
        """Make and start a container; one that is there is made anew when its image is another one by now."""
        known = self.container(service)
        wanted = self.image("pulpo-ai:latest") if service.startswith(APP) else ""
        if known is None or recreate or (known.image != wanted and not keep):
            self.stop(service)
            self.log(service).unlink(missing_ok=True)
            self._keep(Container(service, wanted))
        self.start(service)

    def start(self, service: str) -> None:
        known = self.container(service)
        if known is None:
            raise RefusedError(f"there is no container of {service}")
        if known.runs:
            return
        room = self.rooms / service
        room.mkdir(exist_ok=True)
        command = self._nginx("-g", "daemon off;") if service == EDGE else [sys.executable, "-m", "pulpo", "serve"]
        with self.log(service).open("ab") as log:
            # A session of its own: what ends a command of the engine does not end its containers.
            process = subprocess.Popen(
                command,
                cwd=room,
                env=self._environ(service, known.image),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        self._keep(Container(service, known.image, process.pid))

    def stop(self, service: str) -> None:
        """End it politely, and by force after the time that compose.yaml gives."""
        known = self.container(service)
        if known is None or not known.pid or not known.runs:
            return
        os.kill(known.pid, signal.SIGQUIT if service == EDGE else signal.SIGTERM)
        limit = time.monotonic() + float(self._service()["stop_grace_period"].rstrip("s"))
        while known.runs and time.monotonic() < limit:
            time.sleep(0.02)
        self.kill(known)

    def kill(self, container: Container) -> None:
        if container.pid and container.runs:
            os.killpg(container.pid, signal.SIGKILL)
        self._keep(Container(container.service, container.image))

    def run(self, service: str, image: str, command: list[str]) -> int:
        """Run a command as it would run inside a container, and return its status; its output is ours."""
        match command:
            case ["nginx", "-c", _, *rest]:
                command = self._nginx(*rest)
            case ["pulpo", *rest]:
                command = [sys.executable, "-m", "pulpo", *rest]
        return subprocess.run(command, env=self._environ(service, image)).returncode

    def log(self, service: str) -> Path:
        return self.rooms / f"{service}.log"

    def _environ(self, service: str, image: str) -> dict[str, str]:
        """Return a container's environment: compose.yaml's own values, and where the things are that it names."""
        secrets = (self.tree / "deploy/environments/secrets.env").read_text("utf-8").splitlines()
        given = dict(line.split("=", 1) for line in secrets if line and not line.startswith("#"))
        given |= {name: _filled(str(value), self.environ) for name, value in self._service()["environment"].items()}
        host, _, port = self.environ[DATABASE].partition(":")
        given["PULPO_DATABASE_URL"] = given["PULPO_DATABASE_URL"].replace("postgres:5432", f"{host}:{port}")
        here = {
            "PATH": os.environ["PATH"],
            "PYTHONPATH": os.pathsep.join(str(self.images / image / part) for part in PARTS),
            "PGHOST": host,
            "PGPORT": port,
            "PULPO_HOST": "127.0.0.1",
            "PULPO_PORT": self.environ.get(PORTS.get(service, ""), "8000"),
        }
        return {**given, **here}

    def _service(self) -> dict[str, Any]:
        return dict(yaml.safe_load((self.tree / "compose.yaml").read_text("utf-8"))["services"][APP])

    def _nginx(self, *arguments: str) -> list[str]:
        """Write the edge's files as its container sees them, names being ports, and return a command of nginx."""
        room, port = self.rooms / EDGE, self.environ["PULPO_HTTP_PORT"]
        upstream = (self.tree / "deploy/nginx/active/upstream.conf").read_text("utf-8")
        for service, variable in PORTS.items():
            upstream = upstream.replace(f"{service}:8000", f"127.0.0.1:{self.environ[variable]}")
        main = (self.tree / "deploy/nginx/edge.conf").read_text("utf-8")
        for was, now in (
            ("listen 8000", f"listen 127.0.0.1:{port}"),
            ("/tmp/", f"{room}/"),  # noqa: S108 - the container's own
            ("/dev/stderr", str(self.log(EDGE))),
            ("include active", f"include {room}/active"),
        ):
            main = main.replace(was, now)
        (room / "active").mkdir(parents=True, exist_ok=True)
        (room / "active/upstream.conf").write_text(upstream, "utf-8")
        (room / "edge.conf").write_text(main, "utf-8")
        return [shutil.which("nginx") or "/usr/sbin/nginx", "-p", str(room), "-c", str(room / "edge.conf"), *arguments]

    def _keep(self, container: Container) -> None:
        _write(self.rooms / f"{container.service}.json", asdict(container))


def _filled(value: str, environ: Mapping[str, str]) -> str:
    """Fill in ``${NAME:-default}`` as compose does."""
    return re.sub(r"\$\{(\w+):-([^}]*)\}", lambda found: environ.get(found[1]) or found[2], value)


def _digest(folder: Path) -> str:
    found = hashlib.sha256()
    for path in sorted(each for each in folder.rglob("*") if each.is_file() and each.suffix != ".pyc"):
        found.update(str(path.relative_to(folder)).encode() + path.read_bytes())
    return found.hexdigest()


def _write(file: Path, value: object) -> None:
    draft = file.with_suffix(".new")
    draft.write_text(json.dumps(value), "utf-8")
    draft.replace(file)
