from __future__ import annotations

from pathlib import Path

import pytest

from deployer import colours
from deployer.colours import BlueGreen
from deployer.engine import DeployError, Engine


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "active" / "upstream.conf"


def switch(engine, file: Path) -> BlueGreen:
    return BlueGreen(engine, beside=("postgres",), file=file, seconds=0)


def test_the_first_deployment_is_blue(engine, machine, file: Path) -> None:
    first = switch(engine, file)
    assert (first.old, first.new) == (None, "blue")
    first.start_idle()
    assert machine.did("up", "pulpo-app-blue")
    assert colours.active(file) is None
    first.switch()
    assert colours.active(file) == "blue"
    assert first.stop_idle() == "there was none"


def test_the_traffic_changes_after_the_new_copy_is_up_and_before_the_old_one_stops(engine, machine, file: Path) -> None:
    colours.write(file, "blue")
    second = switch(engine, file)
    second.start_idle()
    second.switch()
    second.stop_idle()
    order = [line for line in machine.commands if "pulpo-app" in line or "reload" in line]
    assert ["pulpo-app-green" in order[0], "reload" in order[1], "stop pulpo-app-blue" in order[2]] == [True] * 3
    assert colours.active(file) == "green"


def test_the_copies_answer_on_ports_that_can_be_named(engine, machine, file: Path) -> None:
    assert switch(engine, file).idle_address() == "http://127.0.0.1:8001"
    named = Engine(command="podman", compose=("compose",), environ={"PULPO_BLUE_PORT": "9001"}, run=machine.run)
    assert switch(named, file).idle_address() == "http://127.0.0.1:9001"


def test_a_file_that_nginx_refuses_changes_nothing(engine, machine, file: Path) -> None:
    colours.write(file, "blue")
    machine.failing.add("edge.conf -t")
    with pytest.raises(DeployError):
        switch(engine, file).switch()
    assert colours.active(file) == "blue"
    assert not machine.did("reload")


def test_back_from_the_first_colour_there_is_no_edge(engine, machine, file: Path) -> None:
    first = switch(engine, file)
    first.switch()
    assert "there was no colour before" in first.go_back()
    assert machine.did("stop edge pulpo-app-blue")
    assert not machine.did("start pulpo-app")
    assert colours.active(file) is None


def test_a_single_copy_gives_its_port_to_the_edge_and_gets_it_back(engine, machine, file: Path) -> None:
    machine.said["ps --quiet pulpo-app"] = "0123456789ab\n"
    first = switch(engine, file)
    first.switch()
    order = [line for line in machine.commands if "stop" in line or "up" in line]
    assert ["stop pulpo-app" in order[0], "edge" in order[1]] == [True] * 2
    assert "the single copy is started again" in first.go_back()
    assert machine.did("start pulpo-app")
