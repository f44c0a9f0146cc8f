"""Images and their tags: the version, `latest` (what runs) and `previous` (what ran before)."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from deployer.engine import ROOT, CommandError, DeployError, Engine, run

NAME = "pulpo-ai"
LATEST = f"{NAME}:latest"
PREVIOUS = f"{NAME}:previous"

YIELDING = ("--cpu-shares", "128")
"""An eighth of a container's usual share of the processor, for podman: a build beside a busy service takes what that
leaves, and ends nevertheless on a machine that is never idle (with the least share, 2, it did not). Docker's own
builder knows no shares."""

COMPLAINT = "pulpo: "
"""How a line begins that a command of ours ends with when it fails."""


def version(root: Path = ROOT) -> str:
    """Return the version of this tree: the project's own, the commit, and `.dirty` when files differ from it."""
    number = tomllib.loads((root / "pyproject.toml").read_text("utf-8"))["project"]["version"]
    try:
        commit = run(("git", "rev-parse", "--short=10", "HEAD")).strip()
        changed = run(("git", "status", "--porcelain", "--untracked-files=no")).strip()
    except CommandError:
        return str(number)
    return f"{number}-{commit}{'.dirty' if changed else ''}"


def build(engine: Engine, tag: str, environ: Mapping[str, str]) -> str:
    """Build the image of this tree as ``tag``; BASE_IMAGE, PULPO_EXTRAS and PULPO_BUILD_OPTIONS are passed on."""
    arguments = {
        "BASE_IMAGE": environ.get("BASE_IMAGE", ""),
        "EXTRAS": environ.get("PULPO_EXTRAS", "postgres,redis"),
        "REVISION": tag.rpartition(":")[2],
    }
    given = [part for name, value in arguments.items() if value for part in ("--build-arg", f"{name}={value}")]
    # Without this format podman leaves HEALTHCHECK out.
    of_podman = ("--format", "docker", *YIELDING) if engine.command == "podman" else ()
    options = environ.get("PULPO_BUILD_OPTIONS", "").split()
    engine.do("build", *of_podman, *given, *options, "--file", "Containerfile", "--tag", tag, ".", seconds=1800)
    size = int(engine.do("image", "inspect", "--format", "{{.Size}}", tag).strip())
    return f"{tag}, {size / 1e6:.0f} MB"


def save(engine: Engine, tag: str, file: Path) -> str:
    """Save the image into ``file``, as `load` reads it."""
    engine.do("save", "--output", str(file), tag)
    return f"{file.name}, {file.stat().st_size / 1e6:.0f} MB"


def check_settings(engine: Engine, tag: str) -> str:
    """Let the new image read the settings it will run with; raises `DeployError` with the line that is wrong."""
    _ask(engine, "config", "show")
    return f"{tag} accepts them"


def check_migrations(engine: Engine, *, running: bool) -> str:
    """Let the new image say what it will do to the database; raises `DeployError` when the old one could not go on."""
    if not running:
        return "there is no database yet"
    return ", ".join(_ask(engine, "db", "check").strip().splitlines()[-5:])


@dataclass(frozen=True, slots=True)
class Tags:
    """Which images (ids) are `latest` and `previous`; None for a tag that is not there."""

    latest: str | None
    previous: str | None


def tags(engine: Engine) -> Tags:
    """Return what the tags mean now."""
    return Tags(*(_id(engine, name) if engine.has_image(name) else None for name in (LATEST, PREVIOUS)))


def restore(engine: Engine, before: Tags) -> None:
    """Make the tags mean what they meant."""
    for name, image in ((LATEST, before.latest), (PREVIOUS, before.previous)):
        if image is not None:
            engine.do("tag", image, name)
        elif engine.has_image(name):
            engine.do("rmi", name)


def promote(engine: Engine, tag: str) -> str:
    """Make ``tag`` the latest image and keep what was latest as the previous one."""
    if engine.has_image(LATEST) and _id(engine, LATEST) != _id(engine, tag):
        engine.do("tag", LATEST, PREVIOUS)
    engine.do("tag", tag, LATEST)
    return f"{LATEST} is {tag}"


def swap(engine: Engine) -> str:
    """Exchange the latest and the previous image; raises `DeployError` when there is no previous one."""
    now = tags(engine)
    if now.previous is None:
        raise DeployError(f"there is no {PREVIOUS}: nothing was deployed before")
    restore(engine, Tags(latest=now.previous, previous=now.latest))
    return f"{LATEST} is {now.previous.removeprefix('sha256:')[:12]} again"


def _ask(engine: Engine, *command: str) -> str:
    """Run a command of the new image and return what it said; raises `DeployError` when it complained.

    Its status alone does not tell: over podman's socket `compose run` was seen to end with 0 after a failure inside.
    """
    said = engine.service("run", "--rm", "--no-deps", "-T", "pulpo-app", *command, seconds=120)
    if complaint := next((line for line in said.splitlines() if line.startswith(COMPLAINT)), None):
        raise DeployError(f"the new image refuses: {complaint}")
    return said


def _id(engine: Engine, name: str) -> str:
    return engine.do("image", "inspect", "--format", "{{.Id}}", name).strip()
