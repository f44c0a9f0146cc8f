"""The command line of scripts/deploy.sh."""

from __future__ import annotations

import argparse
import fcntl
import os
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

from deployer import colours, credentials, images
from deployer.colours import BlueGreen
from deployer.engine import ROOT, DeployError, Engine, find_engine
from deployer.release import Release
from deployer.steps import announce, perform

OPTIONAL = ("grafana", "alertmanager", "prometheus")
ALWAYS = ("postgres", "valkey")
BLUE_GREEN_FILE = "deploy/compose.blue-green.yaml"
LOCK = ROOT / "deploy" / ".lock"


def main(arguments: Sequence[str] | None = None) -> int:
    """Do what is asked; return 0, 1 when it did not succeed, 2 when it could not begin."""
    given = _parser().parse_args(arguments)
    try:
        return _act(given, os.environ)
    except DeployError as error:
        print(f"deploy: {error}", file=sys.stderr)  # noqa: T201 - a command's own output
        return 2


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="scripts/deploy.sh", description=__doc__)
    parser.add_argument("action", choices=["staging", "production", "rollback", "image", "secrets"])
    parser.add_argument("--dry-run", action="store_true", help="name the steps and run none")
    parser.add_argument("--yes", action="store_true", help="do not ask before production")
    parser.add_argument("--skip-tests", action="store_true", help="the tests of this commit have run elsewhere")
    parser.add_argument(
        "--blue-green", action="store_true", help="two copies behind nginx; no request fails (kept until changed)"
    )
    parser.add_argument(
        "--without",
        action="append",
        default=[],
        choices=OPTIONAL,
        metavar="SERVICE",
        help=f"one of {', '.join(OPTIONAL)}",
    )
    parser.add_argument("--sbom", type=Path, metavar="FILE", help="image: write its bill of materials (CycloneDX)")
    parser.add_argument("--archive", type=Path, metavar="FILE", help="image: save it")
    return parser


def _act(given: argparse.Namespace, environ: Mapping[str, str]) -> int:
    if given.action == "secrets":
        announce(f"{credentials.FILE.name}: {'made' if credentials.ensure() else 'complete already'}")
        return 0
    if given.action == "production" and not (given.yes or given.dry_run) and not _agreed():
        announce("nothing was changed")
        return 1
    with _alone():
        return _deploy(given, environ)


def _deploy(given: argparse.Namespace, environ: Mapping[str, str]) -> int:
    blue_green = given.blue_green or colours.active() is not None
    files = ("compose.yaml", BLUE_GREEN_FILE) if blue_green else ("compose.yaml",)
    release = _release(find_engine(files=files, environ=environ), given, environ, blue_green=blue_green)
    tag = f"{images.NAME}:{images.version()}"
    if given.action == "rollback":
        announce(f"rollback: {images.PREVIOUS}")
        steps, undo = release.roll_back(), release.undo_roll_back
    elif given.action == "image":
        announce(f"image: {tag}")
        steps, undo = release.build(tag, sbom=given.sbom, archive=given.archive), release.undo
    else:
        announce(f"{given.action}: {tag}{', blue-green' if blue_green else ''}")
        steps = release.deploy(tag, tests=not given.skip_tests, backup=given.action == "production")
        undo = release.undo
    return 0 if perform(steps, undo=undo, say=announce, dry=given.dry_run) else 1


@contextmanager
def _alone() -> Iterator[None]:
    """Hold the lock of this clone; raises `DeployError` while another deployment runs."""
    with LOCK.open("w", encoding="utf-8") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            raise DeployError(f"another deployment runs from this clone; wait for it (it holds {LOCK})") from None
        yield


def _release(engine: Engine, given: argparse.Namespace, environ: Mapping[str, str], *, blue_green: bool) -> Release:
    bind = environ.get("PULPO_BIND", "127.0.0.1")
    host = "127.0.0.1" if bind == "0.0.0.0" else bind  # noqa: S104 - compared, not bound
    wanted = {"pulpo_http": 8000, "prometheus": 9090, "grafana": 3000}
    ports = {
        name: int(environ.get(f"{name.upper()}_PORT", number))
        for name, number in wanted.items()
        if name not in given.without
    }
    beside = (*ALWAYS, *(name for name in OPTIONAL if name not in given.without))

    def address(name: str) -> str:
        return f"http://{host}:{ports[name]}" if name in ports else ""

    return Release(
        engine=engine,
        environ=environ,
        site=address("pulpo_http"),
        prometheus=address("prometheus"),
        grafana=address("grafana"),
        services=(*beside, "pulpo-app"),
        ports=ports,
        bind=bind,
        blue_green=BlueGreen(engine, beside=beside) if blue_green else None,
    )


def _agreed() -> bool:
    try:
        return input("Deploy to production? Type `production` to go on: ").strip() == "production"
    except EOFError:
        raise DeployError("nobody is there to agree: say --yes") from None


if __name__ == "__main__":
    sys.exit(main())
