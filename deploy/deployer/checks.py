"""What is looked at before anything is changed."""

from __future__ import annotations

import shutil
import socket
from collections.abc import Mapping, Sequence
from pathlib import Path

from deployer.engine import ROOT, CommandError, DeployError, Engine

NEEDED = ("Containerfile", "compose.yaml", "deploy/requirements.lock")
NEEDED_BY = {
    "prometheus": "deploy/prometheus.yml",
    "alertmanager": "monitoring/alertmanager/alertmanager.yml",
}
"""Files that a service cannot start without, by its name in compose.yaml."""

FREE_BYTES = 2 * 1024**3
"""Room for an image and a backup."""


def check_engine(engine: Engine) -> str:
    """Ask the engine and compose for their versions; raises `DeployError` when the engine does not answer."""
    try:
        version = engine.do("version", "--format", "{{.Client.Version}}", seconds=60).strip()
        engine.do("ps", "--quiet", seconds=60)
    except CommandError as error:
        raise DeployError(f"{engine.command} does not work: start its service, or see its message: {error}") from None
    return f"{engine.command} {version}, {' '.join(engine.compose)}"


def check_files(services: Sequence[str], root: Path = ROOT) -> str:
    """Raise `DeployError` for the files that are missing of those that ``services`` need."""
    needed = (*NEEDED, *(file for service, file in NEEDED_BY.items() if service in services))
    missing = [name for name in needed if not (root / name).is_file()]
    if missing:
        raise DeployError(f"missing: {', '.join(missing)}; deploy from a complete clone")
    return f"{len(needed)} files"


def check_disk(path: Path = ROOT, *, needed: int = FREE_BYTES) -> str:
    """Raise `DeployError` when less than ``needed`` bytes are free."""
    free = shutil.disk_usage(path).free
    if free < needed:
        raise DeployError(f"{free / 1e9:.1f} GB free, {needed / 1e9:.1f} GB needed: remove old images (image prune)")
    return f"{free / 1e9:.0f} GB free"


def check_ports(ports: Mapping[str, int], *, bind: str, running: bool) -> str:
    """Raise `DeployError` for ports that somebody else has; our own services may hold theirs when ``running``."""
    taken = [f"{port} ({name})" for name, port in ports.items() if _taken(bind, port)]
    if taken and not running:
        raise DeployError(f"in use: {', '.join(taken)}; stop what listens there, or set {', '.join(_variables(ports))}")
    return "our own services hold them" if taken else "free"


def check_compose(engine: Engine) -> str:
    """Let compose read its files; raises `DeployError` with what it says."""
    engine.service("config", "--quiet")
    return ", ".join(engine.files)


def is_running(engine: Engine) -> bool:
    """Whether services of this project run."""
    return bool(engine.service("ps", "--quiet").strip())


def _variables(ports: Mapping[str, int]) -> list[str]:
    return [f"{name.upper()}_PORT" for name in ports]


def _taken(bind: str, port: int) -> bool:
    with socket.socket(socket.AF_INET6 if ":" in bind else socket.AF_INET) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((bind, port))
        except OSError:
            return True
    return False
