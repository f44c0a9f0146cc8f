"""What scripts/deploy.sh says to `podman` and to `docker-compose`, done with processes."""

from __future__ import annotations

import os
import signal
import sys
from pathlib import Path
from types import FrameType

from support.processes.house import House, RefusedError

INTERRUPTED = 130
_asked_to_end = False


def main(arguments: list[str]) -> int:
    """Do a command of ``arguments[0]``; return its status."""
    signal.signal(signal.SIGTERM, _end_soon)
    house = House(os.environ, Path.cwd())
    does = {"podman": _podman, "docker-compose": _compose}[arguments[0]]
    try:
        return does(house, arguments[1:])
    except RefusedError as error:
        print(error, file=sys.stderr)
        return 1


def _end_soon(_signal: int, _frame: FrameType | None) -> None:
    """Asked to end, compose ends between two containers: none is half made."""
    global _asked_to_end  # noqa: PLW0603 - what a signal's handler can reach
    _asked_to_end = True


def _podman(house: House, arguments: list[str]) -> int:
    match arguments:
        case ["version", *_]:
            print("0 (processes)")
        case ["ps", *_]:
            print(*[each.id for each in house.containers() if each.runs], sep="\n")
        case ["build", *options]:
            house.build(options[options.index("--tag") + 1])
        case ["image", "inspect", "--format", "{{.Size}}", name]:
            print(sum(each.stat().st_size for each in (house.images / house.image(name)).rglob("*")))
        case ["image", "inspect", *_, name]:
            print(house.image(name))
        case ["inspect", "--format", "{{.RestartCount}}", _]:
            print(0)
        case ["inspect", "--format", "{{.Image}}", known]:
            print(next(each.image for each in house.containers() if each.id == known))
        case ["tag", known, name]:
            house.tag(name, house.image(known))
        case ["rmi", name]:
            house.tag(name, None)
        case ["images", *_]:
            pass
        case _:
            raise RefusedError(f"podman {' '.join(arguments)}: not known here")
    return 0


def _compose(house: House, arguments: list[str]) -> int:
    while arguments[:1] == ["--file"]:
        arguments = arguments[2:]
    match arguments:
        case ["version"] | ["config", "--quiet"]:
            return 0
        case ["ps", "--quiet", *wanted]:
            running = [each for each in house.containers() if each.runs]
            print(*[each.id for each in running if each.service in wanted or not wanted], sep="\n")
        case ["logs", "--no-color", "--tail", lines, service]:
            said = house.log(service).read_text("utf-8").splitlines() if house.log(service).exists() else []
            print(*[f"{service}-1  | {line}" for line in said[-int(lines) :]], sep="\n")
        case ["run", "--rm", "--no-deps", "-T", service, *command]:
            image = house.image(f"pulpo-ai:{os.environ.get('PULPO_TAG', 'latest')}")
            return house.run("", image, ["pulpo", *command])
        case ["exec", "-T", service, *command]:
            return _execute(house, service, command)
        case ["up" | "start" | "stop" | "kill" as verb, *rest]:
            return _change(house, verb, rest)
        case ["down", *_]:
            for each in house.containers():
                house.kill(each)
        case _:
            raise RefusedError(f"compose {' '.join(arguments)}: not known here")
    return 0


def _execute(house: House, service: str, command: list[str]) -> int:
    known = house.container(service)
    if known is None or not known.runs:
        raise RefusedError(f"{service} does not run")
    return house.run(service, known.image, command)


def _change(house: House, verb: str, rest: list[str]) -> int:
    for service in (word for word in rest if not word.startswith("--")):
        if _asked_to_end:
            return INTERRUPTED
        known = house.container(service)
        match verb:
            case "up":
                house.up(service, recreate="--force-recreate" in rest, keep="--no-recreate" in rest)
            case "start":
                house.start(service)
            case "kill" if known:
                house.kill(known)
            case "stop":
                house.stop(service)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
