"""The container engine and compose, whichever of their kinds this machine has."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]

ENGINES = ("docker", "podman")
COMPOSES = (("docker", "compose"), ("docker-compose",), ("podman-compose",))


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
    command: Sequence[str], *, environ: Mapping[str, str] | None = None, seconds: float = 900, stdin: str = ""
) -> str:
    """Run a command in the project's folder and return what it printed; raises `CommandError`."""
    try:
        done = subprocess.run(  # noqa: S603 - commands of this package, from the operator's own settings
            command,
            cwd=ROOT,
            env={**os.environ, **(environ or {})},
            input=stdin,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=seconds,
            check=False,
        )
    except FileNotFoundError:
        raise CommandError(command, 127, f"{command[0]} is not installed") from None
    except subprocess.TimeoutExpired:
        raise CommandError(command, 124, f"it did not end within {seconds:g} s") from None
    if done.returncode != 0:
        raise CommandError(command, done.returncode, done.stdout)
    return done.stdout


@dataclass(frozen=True, slots=True, kw_only=True)
class Engine:
    """What runs containers: ``command`` for images, ``compose`` for services. ``files`` are compose's files."""

    command: str
    compose: tuple[str, ...]
    files: tuple[str, ...] = ("compose.yaml",)
    environ: Mapping[str, str]
    run: Run = run

    def image(self, *arguments: str, seconds: float = 900) -> str:
        """Run a command of the engine."""
        return self.run((self.command, *arguments), environ=self.environ, seconds=seconds)

    def service(self, *arguments: str, seconds: float = 300, stdin: str = "") -> str:
        """Run a command of compose over this project's services."""
        files = [part for file in self.files for part in ("--file", file)]
        return self.run((*self.compose, *files, *arguments), environ=self.environ, seconds=seconds, stdin=stdin)

    def has_image(self, name: str) -> bool:
        """Whether an image of that name is here."""
        try:
            self.image("image", "inspect", name, seconds=60)
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
