"""The passwords and keys of one installation: generated once, in a file that git ignores and only its owner reads."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Mapping
from pathlib import Path

from deployer.engine import ROOT, DeployError

FILE = ROOT / "deploy" / "environments" / "secrets.env"
KEY = "DEPLOY_KEY"
"""The API key that a deployment verifies with; made by the first one, in the workspace `demo`."""

KEY_FILE = FILE.with_name("secrets.deploy")
"""Where it stands: not in `FILE`, which is the environment of the services."""


def read(path: Path = FILE) -> dict[str, str]:
    """Return the file's variables; empty without a file. Raises `DeployError` for a line that is none."""
    if not path.exists():
        return {}
    lines = [line for line in path.read_text("utf-8").splitlines() if line.strip() and not line.startswith("#")]
    broken = next((line for line in lines if "=" not in line), None)
    if broken is not None:
        raise DeployError(f"{path}: a line has no `=`; every line is NAME=value")
    return dict(line.split("=", 1) for line in lines)


def write(values: Mapping[str, str], path: Path = FILE) -> None:
    """Replace the file at once, readable by its owner alone."""
    path.parent.mkdir(mode=0o700, exist_ok=True)
    draft = path.with_suffix(".new")
    draft.touch(mode=0o600)
    draft.chmod(0o600)
    lines = [f"{name}={value}" for name, value in values.items()]
    draft.write_text("\n".join(["# Made by scripts/deploy.sh; keep it out of git.", *lines, ""]), "utf-8")
    draft.replace(path)


def ensure(path: Path = FILE, *, token: Callable[[int], str] = secrets.token_urlsafe) -> bool:
    """Make what is missing and return whether anything was; what is there already is never changed."""
    known = read(path)
    password = known.get("POSTGRES_PASSWORD") or token(24)
    wanted = {
        "POSTGRES_PASSWORD": password,
        "PULPO_DATABASE_URL": f"postgresql://pulpo:{password}@postgres:5432/pulpo",
        "GF_SECURITY_ADMIN_USER": "admin",
        "GF_SECURITY_ADMIN_PASSWORD": token(18),
    }
    complete = {**wanted, **known}
    if complete == known:
        return False
    write(complete, path)
    return True
