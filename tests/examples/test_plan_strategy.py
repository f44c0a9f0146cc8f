"""A strategy that pip installed beside the wheel is switched to by a settings file, while the server runs."""

from __future__ import annotations

from pathlib import Path

import httpx

from support.documents import ROOT
from support.server import running
from support.waiting import until


def test_a_settings_file_switches_to_it(tmp_path: Path) -> None:
    example = (ROOT / "examples" / "plan-strategy" / "pulpo.toml").read_text("utf-8")
    with (
        running(tmp_path, toml="[canary]\nenabled = false\n") as server,
        httpx.Client(base_url=server.url, timeout=60) as client,
    ):
        listed = {each["name"]: each for each in client.get("/plugins").json()["plugins"]}
        assert listed["plans"]["contributes"]["strategies"] == ["plan"]
        (tmp_path / "pulpo.toml").write_text(example.replace("0.5", "1.0"))
        until(lambda: client.get("/metrics/canary/status").json()["strategy"] == "plan")
        for plan, variant in (("gold", "canary"), ("free", "stable")):
            answer = client.post("/chat", json={"message": "hola", "attributes": {"plan": plan}})
            assert answer.headers["x-pulpo-variant"] == variant
