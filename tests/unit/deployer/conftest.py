"""An engine whose images and services are dictionaries: what a deployment asks for is what the tests look at."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from deployer.engine import CommandError, Engine


@dataclass
class Machine:
    """``images`` maps tags to ids; ``failing`` holds words of commands that shall fail; ``said`` answers by word."""

    images: dict[str, str] = field(default_factory=dict)
    failing: set[str] = field(default_factory=set)
    said: dict[str, str] = field(default_factory=dict)
    commands: list[str] = field(default_factory=list)
    environs: list[dict[str, str]] = field(default_factory=list)

    def run(
        self,
        command: Sequence[str],
        *,
        environ: Any = None,
        seconds: float = 0,
        source: Path | None = None,
        target: Path | None = None,
        complaints: bool = True,
        finishing: float = 0,
    ) -> str:
        line = " ".join(command)
        self.commands.append(line)
        self.environs.append(dict(environ or {}))
        if any(word in line for word in self.failing):
            raise CommandError(command, 1, "no luck")
        match command:
            case ("podman", "tag", known, name):
                self.images[name] = self.images.get(known, known)
            case ("podman", "image", "inspect", *_, name):
                if name not in self.images:
                    raise CommandError(command, 1, "no such image")
                return f"{self.images[name]}\n"
            case ("podman", "rmi", name):
                del self.images[name]
        said = next((answer for word, answer in self.said.items() if word in line), "")
        if target is None:
            return said
        target.write_text(said, "utf-8")
        return ""

    def did(self, *words: str) -> bool:
        """Whether a command had all these words."""
        return any(all(word in line for word in words) for line in self.commands)


@pytest.fixture
def machine() -> Machine:
    return Machine()


@pytest.fixture
def engine(machine: Machine) -> Engine:
    return Engine(command="podman", compose=("compose",), environ={}, run=machine.run)
