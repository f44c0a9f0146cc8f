"""The Deployment as podman runs it, with the image that the rehearsal built; ``PULPO_IMAGE=localhost/…`` is another.

The manifest is what kustomize makes of `deploy/kubernetes/base`; added are a port of the host, for podman has no
Service, and the image's name. It writes to SQLite in the pod's own folder instead of a PostgreSQL.
"""

from __future__ import annotations

import base64
import json
import os
import shutil
import subprocess
import time
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass

import httpx
import pytest
import yaml

from support.demo import Chat
from support.documents import ROOT
from support.installation import Installation
from support.ports import free_port

POD = "pulpo-app-pod-0"
APP = f"{POD}-pulpo-app"
SECRET = "pulpo-secrets"
READY_SECONDS = 90.0
GRACE = 35
"""The manifest's terminationGracePeriodSeconds, which `podman kube play` does not read."""

pytestmark = pytest.mark.skipif(shutil.which("kubectl") is None, reason="needs kubectl")


@dataclass(frozen=True, slots=True)
class Podman:
    """podman, called with ``environ`` beside this process's own."""

    environ: Mapping[str, str]

    def __call__(self, *arguments: str, given: str | None = None, check: bool = True) -> str:
        environ = {**os.environ, **self.environ}
        done = subprocess.run(["podman", *arguments], env=environ, input=given, capture_output=True, text=True)
        assert not check or done.returncode == 0, done.stderr
        return done.stdout.strip()


@pytest.fixture(scope="module")
def podman(environ: dict[str, str]) -> Podman:
    return Podman(environ)


@pytest.fixture(scope="module")
def image(request: pytest.FixtureRequest) -> str:
    """The name of an image that podman has."""
    if named := os.environ.get("PULPO_IMAGE"):
        return named
    installation: Installation = request.getfixturevalue("installation")
    return f"localhost/{installation.version()}"


@pytest.fixture(scope="module")
def address(podman: Podman, image: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Where the Deployment's pod serves."""
    port = free_port()
    play = tmp_path_factory.mktemp("kube") / "play.yaml"
    play.write_text(yaml.safe_dump_all(manifest(port, image)), "utf-8")
    values = {"PULPO_DATABASE_URL": base64.b64encode(b"sqlite:////data/pulpo.db").decode()}
    podman("secret", "create", SECRET, "-", given=json.dumps(values))
    try:
        podman("kube", "play", str(play))
        url = f"http://127.0.0.1:{port}"
        until_ready(podman, url)
        yield url
    finally:
        podman("kube", "down", str(play), check=False)
        podman("secret", "rm", SECRET, check=False)


def manifest(port: int, image: str) -> list[dict[str, object]]:
    built = subprocess.run(["kubectl", "kustomize", ROOT / "deploy/kubernetes/base"], capture_output=True, check=True)
    documents = [each for each in yaml.safe_load_all(built.stdout) if each["kind"] in ("ConfigMap", "Deployment")]
    for document in documents:
        del document["metadata"]["namespace"]
        if document["kind"] == "Deployment":
            (container,) = document["spec"]["template"]["spec"]["containers"]
            container["image"] = image
            container["ports"][0] |= {"hostPort": port, "hostIP": "127.0.0.1"}
    return documents


def until_ready(podman: Podman, url: str) -> None:
    limit = time.monotonic() + READY_SECONDS
    while time.monotonic() < limit:
        with suppress(httpx.TransportError):
            if httpx.get(f"{url}/health/ready", timeout=2).status_code == 200:
                return
        time.sleep(0.2)
    raise AssertionError(podman("logs", APP))


@pytest.fixture(scope="module")
def client(podman: Podman, address: str) -> Iterator[httpx.Client]:
    """Somebody with a key."""
    scopes = ("--scope", "chat", "--scope", "channel")
    key = podman("exec", APP, "pulpo", "keys", "create", "--workspace", "demo", *scopes).split()[0]
    with httpx.Client(base_url=address, headers={"Authorization": f"Bearer {key}"}, timeout=30) as http:
        yield http


def test_it_runs_as_the_manifest_says(podman: Podman, address: str) -> None:
    described = json.loads(podman("inspect", APP))[0]
    assert described["Config"]["User"] == "10001:10001"
    assert described["HostConfig"]["ReadonlyRootfs"]
    assert described["EffectiveCaps"] in (None, [])
    assert podman("exec", APP, "id", "-u") == "10001"


def test_it_books(client: httpx.Client) -> None:
    chat = Chat(client, "eva", "es")
    assert "22" in chat.say("¿cuánto cuesta un corte?")
    chat.say("quiero un corte el primer hueco que haya la semana que viene, soy Eva Gil, 600 100 200")
    if "¿Lo confirmo?" not in chat.answers[-1]["reply"]:
        chat.say("la primera")
    assert chat.say("sí").startswith("Reservado")


def test_it_drains(podman: Podman, address: str, client: httpx.Client) -> None:
    with ThreadPoolExecutor(1) as pool:
        asked = time.monotonic()
        stopped = pool.submit(podman, "stop", "--time", str(GRACE), APP)
        time.sleep(1.5)
        assert httpx.get(f"{address}/health/ready").status_code == 503, "not ready at once"
        answered = client.post("/chat", json={"message": "hola", "user_id": "leo"})
        assert (answered.status_code, answered.headers["connection"]) == (200, "close")
        stopped.result()
        assert time.monotonic() - asked <= 20
    assert json.loads(podman("inspect", APP))[0]["State"]["ExitCode"] == 0
