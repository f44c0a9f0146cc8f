from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest
from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator

from deployer import sbom
from deployer.engine import DeployError

NOW = datetime(2026, 11, 24, 9, 30, tzinfo=UTC)
TAG = "pulpo-ai:1.0"


@pytest.fixture
def told(machine):
    machine.images = {TAG: "sha256:abc"}
    machine.said = {
        "importlib.metadata": '[["pulpoai", "1.0", "MIT"], ["Mako", "1.3", null]]\n',
        "dpkg-query": "libc6 2.36-9+deb12u10 amd64\n",
    }
    return machine


def test_every_package_is_listed_in_a_document_that_is_cyclonedx(engine, told, tmp_path: Path) -> None:
    file = tmp_path / "bill.json"
    assert sbom.write(engine, TAG, file, now=NOW) == "bill.json: 2 Python and 1 system packages"
    text = file.read_text("utf-8")
    assert JsonStrictValidator(SchemaVersion.V1_6).validate_str(text) is None
    assert {each["purl"] for each in json.loads(text)["components"]} == {
        "pkg:pypi/pulpoai@1.0",
        "pkg:pypi/mako@1.3",
        "pkg:deb/debian/libc6@2.36-9%2Bdeb12u10?arch=amd64",
    }


def test_the_same_image_has_the_same_serial_number(engine, told, tmp_path: Path) -> None:
    numbers = set()
    for image in ("sha256:abc", "sha256:abc", "sha256:def"):
        told.images[TAG] = image
        sbom.write(engine, TAG, tmp_path / "bill.json", now=NOW)
        numbers.add(json.loads((tmp_path / "bill.json").read_text("utf-8"))["serialNumber"])
    assert len(numbers) == 2


def test_an_image_that_names_nothing_is_refused(engine, machine, tmp_path: Path) -> None:
    machine.images = {TAG: "sha256:abc"}
    with pytest.raises(DeployError, match="no Python package"):
        sbom.write(engine, TAG, tmp_path / "bill.json", now=NOW)
