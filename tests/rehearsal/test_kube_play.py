"""The Deployment as podman runs it: ``PULPO_IMAGE=localhost/… pytest tests/rehearsal/test_kube_play.py``, as root.

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
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress

import httpx
import pytest
import yaml

from support.demo import Chat
from support.documents import ROOT
from support.server import free_port

IMAGE = os.environ.get("PULPO_IMAGE", "")
POD = "pulpo-app-pod-0"
APP = f"{POD}-pulpo-app"
SECRET = "pulpo-secrets"
READY_SECONDS = 90.0
GRACE = 35
"""The manifest's terminationGracePeriodSeconds, which `podman kube play` does not read."""

pytestmark = pytest.mark.skipif(
    not (IMAGE and shutil.which("podman") and shutil.which("kubectl")),
    reason="needs podman, kubectl and PULPO_IMAGE, an image that podman has",
)


def podman(*arguments: str, given: str | None = None, check: bool = True) -> str:
    done = subprocess.run(["podman", *arguments], input=given, capture_output=True, text=True, check=False)
    assert not check or done.returncode == 0, done.stderr
    return done.stdout.strip()


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Where the Deployment's pod serves."""
    port = free_port()
    play = tmp_path_factory.mktemp("kube") / "play.yaml"
    play.write_text(yaml.safe_dump_all(manifest(port)), "utf-8")
    values = {"PULPO_DATABASE_URL": base64.b64encode(b"sqlite:////data/pulpo.db").decode()}
    podman("secret", "create", SECRET, "-", given=json.dumps(values))
    try:
        podman("kube", "play", str(play))
        url = f"http://127.0.0.1:{port}"
        until_ready(url)
        yield url
    finally:
        podman("kube", "down", str(play), check=False)
        podman("secret", "rm", SECRET, check=False)


def manifest(port: int) -> list[dict[str, object]]:
    built = subprocess.run(["kubectl", "kustomize", ROOT / "deploy/kubernetes/base"], capture_output=True, check=True)
    documents = [each for each in yaml.safe_load_all(built.stdout) if each["kind"] in ("ConfigMap", "Deployment")]
    for document in documents:
        del document["metadata"]["namespace"]
        if document["kind"] == "Deployment":
            (container,) = document["spec"]["template"]["spec"]["containers"]
            container["image"] = IMAGE
            container["ports"][0] |= {"hostPort": port, "hostIP": "127.0.0.1"}
    return documents


def until_ready(url: str) -> None:
    limit = time.monotonic() + READY_SECONDS
    while time.monotonic() < limit:
        with suppress(httpx.TransportError):
            if httpx.get(f"{url}/health/ready", timeout=2).status_code == 200:
                return
        time.sleep(0.2)
    raise AssertionError(podman("logs", APP))


@pytest.fixture(scope="module")
def client(address: str) -> Iterator[httpx.Client]:
    """Somebody with a key."""
    scopes = ("--scope", "chat", "--scope", "channel")
    key = podman("exec", APP, "pulpo", "keys", "create", "--workspace", "demo", *scopes).split()[0]
    with httpx.Client(base_url=address, headers={"Authorization": f"Bearer {key}"}, timeout=30) as http:
        yield http


def test_it_runs_as_the_manifest_says(address: str) -> None:
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


def test_it_drains(address: str, client: httpx.Client) -> None:
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
