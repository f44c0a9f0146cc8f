"""The container engine and compose, whichever of their kinds this machine has."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack, suppress
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]

ENGINES = ("docker", "podman")
COMPOSES = (("docker", "compose"), ("docker-compose",), ("podman-compose",))

GRACE_SECONDS = 10.0
"""What an interrupted command has to end by itself."""

FINISHING_SECONDS = 20.0
"""What compose has to finish what it does to containers, when it is interrupted: one that it has renamed and not yet
replaced would keep that name, and what it runs inside one goes on without it."""
FINISHED = ("up", "start", "stop", "exec")


class DeployError(Exception):
    """A step failed; the message says what to do next."""


class CommandError(DeployError):
    """A command ended with another status than 0."""

    def __init__(self, command: Sequence[str], status: int, output: str) -> None:
        said = "\n  ".join(output.strip().splitlines()[-12:]) or "it said nothing"
        super().__init__(f"`{' '.join(command)}` ended with status {status}:\n  {said}")
        self.status = status


Run = Callable[..., str]


def run(
    command: Sequence[str],
    *,
    environ: Mapping[str, str] | None = None,
    seconds: float = 900,
    source: Path | None = None,
    target: Path | None = None,
    complaints: bool = True,
    finishing: float = 0.0,
) -> str:
    """Run a command in the project's folder and return what it printed; raises `CommandError`.

    It reads the file ``source``. With ``target`` its output goes into that file and only its complaints are returned;
    without ``complaints`` they are told only when it fails. An interrupted one has ``finishing`` seconds to go on,
    then it is ended.
    """
    with ExitStack() as files:
        stdin = files.enter_context(source.open("rb")) if source else subprocess.DEVNULL
        stdout = files.enter_context(target.open("wb")) if target else subprocess.PIPE
        try:
            process = subprocess.Popen(  # noqa: S603 - commands of this package, from the operator's own settings
                command,
                cwd=ROOT,
                env={**os.environ, **(environ or {})},
                stdin=stdin,
                stdout=stdout,
                stderr=subprocess.STDOUT if complaints and not target else subprocess.PIPE,
                text=True,
                # A terminal sends Ctrl-C to its whole group: what undoes a deployment must not be hit by it.
                start_new_session=True,
            )
        except FileNotFoundError:
            raise CommandError(command, 127, f"{command[0]} is not installed") from None
        return _result(process, command, seconds, finishing)


def _result(process: subprocess.Popen[str], command: Sequence[str], seconds: float, finishing: float) -> str:
    try:
        printed, complained = process.communicate(timeout=seconds)
    except subprocess.TimeoutExpired:
        _end(process)
        raise CommandError(command, 124, f"it did not end within {seconds:g} s") from None
    except KeyboardInterrupt:
        try:
            process.communicate(timeout=finishing)
        except subprocess.TimeoutExpired:
            _end(process)
        raise
    if process.returncode != 0:
        raise CommandError(command, process.returncode, (printed or "") + (complained or ""))
    return complained if printed is None else printed


def _end(process: subprocess.Popen[str]) -> None:
    """End a command and what it started, politely first: compose and builds have things to clear away."""
    for sign in (signal.SIGTERM, signal.SIGKILL):
        with suppress(ProcessLookupError):
            os.killpg(process.pid, sign)
        try:
            process.communicate(timeout=GRACE_SECONDS)
        except subprocess.TimeoutExpired:
            continue
        return


@dataclass(frozen=True, slots=True, kw_only=True)
class Engine:
    """What runs containers: ``command`` for images, ``compose`` for services. ``files`` are compose's files."""

    command: str
    compose: tuple[str, ...]
    files: tuple[str, ...] = ("compose.yaml",)
    environ: Mapping[str, str]
    run: Run = run

    def do(self, *arguments: str, seconds: float = 900) -> str:
        """Run a command of the engine and return its answer; podman complains of this and that beside it."""
        return self.run((self.command, *arguments), environ=self.environ, seconds=seconds, complaints=False)

    def service(
        self, *arguments: str, seconds: float = 300, source: Path | None = None, target: Path | None = None
    ) -> str:
        """Run a command of compose over this project's services; ``source`` and ``target`` as in `run`."""
        files = [part for file in self.files for part in ("--file", file)]
        command = (*self.compose, *files, *arguments)
        finishing = FINISHING_SECONDS if arguments[0] in FINISHED else 0.0
        return self.run(
            command, environ=self.environ, seconds=seconds, source=source, target=target, finishing=finishing
        )

    def is_up(self, service: str) -> bool:
        """Whether a container of that service runs."""
        return bool(self.service("ps", "--quiet", service).strip())

    def restarts(self, service: str) -> int:
        """How often the engine started a service's container again because it had ended; 0 while there is none."""
        container = self.service("ps", "--quiet", service).strip()
        return int(self.do("inspect", "--format", "{{.RestartCount}}", container)) if container else 0

    def has_image(self, name: str) -> bool:
        """Whether an image of that name is here."""
        try:
            self.do("image", "inspect", name, seconds=60)
        except CommandError:
            return False
        return True


def find_engine(*, files: Sequence[str], environ: Mapping[str, str]) -> Engine:
    """Return the engine to use: PULPO_ENGINE and PULPO_COMPOSE name one, else what is installed.

    Raises `DeployError` when there is none.
    """
    command = environ.get("PULPO_ENGINE") or next(filter(shutil.which, ENGINES), None)
    if command is None:
        raise DeployError("no container engine: install docker or podman, or name one in PULPO_ENGINE")
    named = environ.get("PULPO_COMPOSE", "").split()
    compose = tuple(named) or next(filter(_works, COMPOSES), ())
    if not compose:
        raise DeployError("no compose: install docker's compose plugin or podman-compose, or name one in PULPO_COMPOSE")
    return Engine(command=command, compose=compose, files=tuple(files), environ=environ)


def _works(compose: tuple[str, ...]) -> bool:
    try:
        run((*compose, "version"), seconds=60)
    except CommandError:
        return False
    return True
