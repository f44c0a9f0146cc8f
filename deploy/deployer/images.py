"""Images and their tags: the version, `latest` (what runs) and `previous` (what ran before)."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path

from deployer.engine import ROOT, CommandError, DeployError, Engine, run

NAME = "pulpo-ai"
LATEST = f"{NAME}:latest"
PREVIOUS = f"{NAME}:previous"
BACKUPS = ROOT / "deploy" / "backups"


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
    docker_format = ("--format", "docker") if engine.command == "podman" else ()
    options = environ.get("PULPO_BUILD_OPTIONS", "").split()
    engine.image("build", *docker_format, *given, *options, "--file", "Containerfile", "--tag", tag, ".", seconds=1800)
    size = int(engine.image("image", "inspect", "--format", "{{.Size}}", tag).strip())
    return f"{tag}, {size / 1e6:.0f} MB"


def check_settings(engine: Engine, tag: str) -> str:
    """Let the new image read the settings it will run with; raises `DeployError` with the line that is wrong."""
    engine.service("run", "--rm", "--no-deps", "-T", "pulpo-app", "config", "show", seconds=120)
    return f"{tag} accepts them"


def check_migrations(engine: Engine, *, running: bool) -> str:
    """Let the new image say what it will do to the database; raises `DeployError` when the old one could not go on."""
    if not running:
        return "there is no database yet"
    said = engine.service("run", "--rm", "--no-deps", "-T", "pulpo-app", "db", "check", seconds=120)
    return ", ".join(said.strip().splitlines()[-5:])


def promote(engine: Engine, tag: str) -> str:
    """Make ``tag`` the latest image and keep what was latest as the previous one."""
    if engine.has_image(LATEST) and _id(engine, LATEST) != _id(engine, tag):
        engine.image("tag", LATEST, PREVIOUS)
    engine.image("tag", tag, LATEST)
    return f"{LATEST} is {tag}"


def swap(engine: Engine) -> str:
    """Exchange the latest and the previous image; raises `DeployError` when there is no previous one."""
    if not engine.has_image(PREVIOUS):
        raise DeployError(f"there is no {PREVIOUS}: nothing was deployed before")
    latest, previous = _id(engine, LATEST), _id(engine, PREVIOUS)
    engine.image("tag", previous, LATEST)
    engine.image("tag", latest, PREVIOUS)
    return f"{LATEST} is {previous.removeprefix('sha256:')[:12]} again"


def back_up(engine: Engine, *, folder: Path = BACKUPS, now: datetime | None = None) -> str:
    """Write the database into ``folder``; raises `DeployError` when the dump fails or is empty."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    target = folder / f"{(now or datetime.now(UTC)):%Y%m%dT%H%M%SZ}.sql"
    dump = engine.service("exec", "-T", "postgres", "pg_dump", "--username", "pulpo", "--clean", "--if-exists", "pulpo")
    if "PostgreSQL database dump complete" not in dump:
        raise DeployError("the backup is not complete; nothing was changed")
    target.touch(mode=0o600)
    target.write_text(dump, "utf-8")
    return f"{target.relative_to(ROOT) if target.is_relative_to(ROOT) else target}, {len(dump) / 1e6:.1f} MB"


def _id(engine: Engine, name: str) -> str:
    return engine.image("image", "inspect", "--format", "{{.Id}}", name).strip()
