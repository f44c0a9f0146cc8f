"""An installation that deployments are rehearsed with: a clone with commits of its own, on ports of its own."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from deployer.verify import Site
from support.documents import copy_files
from support.ports import free_port

PROJECT = "pulporehearsal"
PORTS = ("PULPO_HTTP_PORT", "PULPO_BLUE_PORT", "PULPO_GREEN_PORT", "PROMETHEUS_PORT", "GRAFANA_PORT")

BARE = ("--skip-tests", *("--without", "grafana", "--without", "prometheus", "--without", "alertmanager"))
"""A deployment of the application and its database alone, of a commit that was tested."""

SPEECH = "plugins/pulpo_booking/speech.py"
NEW = {SPEECH: ('"""', '"""New. ')}
"""Another version that does the same."""
NO_PRICES = {SPEECH: ('"EUR": "€"', '"EUR": "?"')}
"""A bug that only a conversation shows."""


@dataclass(frozen=True, slots=True)
class Run:
    """How a run of scripts/deploy.sh ended, and what it said."""

    status: int
    said: str

    def seconds(self, step: str) -> float:
        """Return how long a step took."""
        found = re.search(rf"\] {re.escape(step)} ([\d.]+) s", self.said)
        assert found, self.said
        return float(found[1])


class Installation:
    """``folder`` is the clone; ``environ`` what scripts/deploy.sh is called with beside the ports."""

    def __init__(self, folder: Path, environ: Mapping[str, str]) -> None:
        self.folder = folder
        ports = {name: str(free_port()) for name in PORTS}
        self.environ = {**environ, **ports, "COMPOSE_PROJECT_NAME": PROJECT}
        self._everything = {**os.environ, **self.environ}
        copy_files(folder)
        self._git("init", "--quiet", "--initial-branch=main")
        self.commit("Begin")

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.environ['PULPO_HTTP_PORT']}"

    @property
    def key(self) -> str:
        """The key that deployments verify with."""
        return (self.folder / "deploy/environments/secrets.deploy").read_text("utf-8").split("DEPLOY_KEY=")[1].strip()

    def commit(self, why: str, changes: Mapping[str, tuple[str, str]] | None = None) -> str:
        """Replace a text by another in the named files, commit, and return the image's tag of that version."""
        for name, (old, new) in (changes or {}).items():
            text = (self.folder / name).read_text("utf-8")
            assert old in text, f"{name} has no {old!r}"
            (self.folder / name).write_text(text.replace(old, new, 1), "utf-8")
        self._git("add", "--all")
        self._git(
            "-c", "user.name=t", "-c", "user.email=t@example.org", "commit", "--quiet", "--allow-empty", "-m", why
        )
        return self.version()

    def take_back(self, changes: Mapping[str, tuple[str, str]]) -> None:
        """Commit the opposite of what `commit` planted."""
        self.commit("Mend", {name: (new, old) for name, (old, new) in changes.items()})

    def version(self) -> str:
        """Return the tag of the image that this commit is deployed as."""
        done = subprocess.run(
            ["python3", "-c", "from deployer import images; print(images.version())"],
            cwd=self.folder,
            env={**self._everything, "PYTHONPATH": "deploy"},
            capture_output=True,
            text=True,
            check=True,
        )
        return f"pulpo-ai:{done.stdout.strip()}"

    def deploy(self, *arguments: str, typed: str = "", seconds: float = 900, **environ: str) -> Run:
        """Run scripts/deploy.sh to its end, with ``environ`` in place of what it has otherwise."""
        done = subprocess.run(
            ["scripts/deploy.sh", *arguments],
            cwd=self.folder,
            env={**self._everything, **environ},
            input=typed,
            capture_output=True,
            text=True,
            timeout=seconds,
        )
        print(done.stdout, done.stderr)
        return Run(done.returncode, done.stdout + done.stderr)

    def interrupt(self, *arguments: str, after: str, wait: float, sign: signal.Signals = signal.SIGINT) -> Run:
        """Run scripts/deploy.sh and send it ``sign``, ``wait`` seconds after it said a line with ``after``."""
        process = subprocess.Popen(
            ["scripts/deploy.sh", *arguments],
            cwd=self.folder,
            env=self._everything,
            stdin=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )
        guard = threading.Timer(600, process.kill)
        guard.start()
        said: list[str] = []
        assert process.stderr is not None
        with process.stderr as lines:
            for line in lines:
                said.append(line)
                if after in line:
                    time.sleep(wait)
                    os.killpg(process.pid, sign)
        status = process.wait()
        guard.cancel()
        print("".join(said))
        return Run(status, "".join(said))

    def colour(self) -> str:
        """Return which of two copies has the traffic."""
        written = (self.folder / "deploy/nginx/active/upstream.conf").read_text("utf-8")
        return "blue" if "blue" in written else "green"

    def podman(self, *arguments: str) -> str:
        done = subprocess.run(
            ["podman", *arguments], env=self._everything, capture_output=True, text=True, timeout=600, check=True
        )
        return done.stdout.strip()

    def compose(self, *arguments: str) -> str:
        """Run compose over the services, those of a blue-green deployment among them."""
        given = ["--file", "compose.yaml", "--file", "deploy/compose.blue-green.yaml", *arguments]
        done = subprocess.run(
            [*self.environ["PULPO_COMPOSE"].split(), *given],
            cwd=self.folder,
            env=self._everything,
            capture_output=True,
            text=True,
            timeout=600,
        )
        assert done.returncode == 0, done.stderr
        return done.stdout.strip()

    def image(self, tag: str = "pulpo-ai:latest") -> str:
        """Return the id of an image."""
        return self.podman("image", "inspect", "--format", "{{.Id}}", tag)

    def serving(self, service: str = "pulpo-app") -> str:
        """Return the id of the image that a service's container runs."""
        container = self.compose("ps", "--quiet", service)
        assert container, f"{service} does not run"
        return self.podman("inspect", "--format", "{{.Image}}", container)

    def state(self) -> tuple[str, str | None, str]:
        """Return what the tags mean and what serves: none of it may be another one after a deployment that failed."""
        try:
            previous: str | None = self.image("pulpo-ai:previous")
        except subprocess.CalledProcessError:
            previous = None
        return self.image(), previous, self.serving()

    def inspect(self, container: str) -> dict[str, Any]:
        (said,) = json.loads(self.podman("inspect", container))
        return dict(said)

    def chat(self, message: str) -> str:
        """Return the reply to a message; raises `DeployError` when there is none."""
        return str(Site(url=self.url, key=self.key).chat(message)["reply"])

    def remove(self) -> None:
        """Take down everything, with its data and its images' tags."""
        self.compose("down", "--volumes", "--remove-orphans", "--timeout", "3")
        named = self.podman(
            "images", "--format", "{{.Repository}}:{{.Tag}}", "--filter", "reference=localhost/pulpo-ai"
        )
        if named:
            self.podman("rmi", "--force", *set(named.splitlines()))

    def _git(self, *arguments: str) -> None:
        subprocess.run(["git", *arguments], cwd=self.folder, check=True, timeout=60)
