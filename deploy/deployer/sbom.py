"""The bill of materials of an image: every package that is in it, told by the image itself, as CycloneDX 1.6."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from deployer.engine import DeployError, Engine

PYTHON_PACKAGES = """
import importlib.metadata, json
known = ((each.metadata["Name"], each.version, each.metadata["License-Expression"])
         for each in importlib.metadata.distributions())
print(json.dumps(sorted(set(known), key=str)))
"""
DEBIAN_PACKAGES = r"""
if command -v dpkg-query > /dev/null; then dpkg-query --show --showformat '${Package} ${Version} ${Architecture}\n'; fi
"""


def write(engine: Engine, tag: str, file: Path, *, now: datetime | None = None) -> str:
    """Write what image ``tag`` holds into ``file``; raises `DeployError` when the image tells nothing."""
    image = engine.do("image", "inspect", "--format", "{{.Id}}", tag).strip()
    python = json.loads(_ask(engine, tag, "python", "-c", PYTHON_PACKAGES).strip() or "[]")
    debian = [line.split() for line in _ask(engine, tag, "sh", "-c", DEBIAN_PACKAGES).splitlines()]
    if not python:
        raise DeployError(f"{tag} names no Python package: is it an image of PulpoAI?")
    components = [*map(_python, python), *map(_debian, debian)]
    bill = document(tag, image, components, now=now or datetime.now(UTC))
    file.write_text(json.dumps(bill, indent=1) + "\n", "utf-8")
    return f"{file.name}: {len(python)} Python and {len(debian)} system packages"


def document(tag: str, image: str, components: Sequence[dict[str, Any]], *, now: datetime) -> dict[str, Any]:
    """Return a CycloneDX document; its serial number is made of the image, so the same image has the same one."""
    digits = hashlib.sha256(image.encode()).hexdigest()
    serial = f"{digits[:8]}-{digits[8:12]}-5{digits[13:16]}-8{digits[17:20]}-{digits[20:32]}"
    name, _, version = tag.partition(":")
    about = {"type": "container", "bom-ref": image, "name": name, "version": version}
    return {
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "serialNumber": f"urn:uuid:{serial}",
        "version": 1,
        "metadata": {"timestamp": now.isoformat(timespec="seconds"), "component": about},
        "components": list(components),
    }


def _python(package: Sequence[str | None]) -> dict[str, Any]:
    name, version, licence = package
    link = f"pkg:pypi/{str(name).lower().replace('_', '-')}@{version}"
    known = {"licenses": [{"expression": licence}]} if licence else {}
    return {"type": "library", "bom-ref": link, "name": name, "version": version, "purl": link, **known}


def _debian(package: Sequence[str]) -> dict[str, Any]:
    name, version, architecture = package
    link = f"pkg:deb/debian/{name}@{version.replace('+', '%2B').replace(':', '%3A')}?arch={architecture}"
    return {"type": "library", "bom-ref": link, "name": name, "version": version, "purl": link}


def _ask(engine: Engine, tag: str, *command: str) -> str:
    program, *arguments = command
    return engine.do("run", "--rm", "--network=none", "--entrypoint", program, tag, *arguments, seconds=120)
