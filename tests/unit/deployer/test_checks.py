from __future__ import annotations

import socket
from pathlib import Path

import pytest

from deployer import checks
from deployer.engine import DeployError


def test_a_port_that_somebody_has_is_named_with_its_setting() -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        with pytest.raises(DeployError, match=rf"{port} \(pulpo_http\).*PULPO_HTTP_PORT"):
            checks.check_ports({"pulpo_http": port}, bind="127.0.0.1", running=False)
        assert checks.check_ports({"pulpo_http": port}, bind="127.0.0.1", running=True) == "our own services hold them"
    assert checks.check_ports({"pulpo_http": port}, bind="127.0.0.1", running=False) == "free"


def test_a_full_disk_is_told_before_anything_is_built(tmp_path: Path) -> None:
    with pytest.raises(DeployError, match="image prune"):
        checks.check_disk(tmp_path, needed=10**18)
    assert "free" in checks.check_disk(tmp_path, needed=1)


def test_missing_files_are_those_of_the_services_that_are_wanted(tmp_path: Path) -> None:
    for name in checks.NEEDED:
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).touch()
    assert checks.check_files(("postgres",), tmp_path) == "3 files"
    with pytest.raises(DeployError, match=r"deploy/prometheus\.yml"):
        checks.check_files(("postgres", "prometheus"), tmp_path)


def test_an_engine_that_does_not_answer_is_told(engine, machine) -> None:
    machine.failing.add("ps --quiet")
    with pytest.raises(DeployError, match="podman does not work"):
        checks.check_engine(engine)


def test_services_run_when_compose_lists_one(engine, machine) -> None:
    assert not checks.is_running(engine)
    machine.said["ps --quiet"] = "0123456789ab\n"
    assert checks.is_running(engine)
