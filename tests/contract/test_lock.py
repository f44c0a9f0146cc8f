"""What the image may install is locked whole: each extra, all that it leads to, every file by its hash.

The checks run with the same versions.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Iterator
from importlib.metadata import PackageNotFoundError, requires, version
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from support.documents import ROOT

LOCK = ROOT / "deploy" / "requirements.lock"
CONSTRAINTS = ROOT / ".ci" / "constraints.txt"
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
EXTRAS = PROJECT["project"]["optional-dependencies"]
ASKED = {
    "the project": PROJECT["project"]["dependencies"],
    "its build": PROJECT["build-system"]["requires"],
    **{f"extra {name}": wanted for name, wanted in EXTRAS.items()},
}


def locked(file: Path = LOCK) -> dict[str, str]:
    """Return the version of each package in the lock, or in another ``file``."""
    found = re.findall(r"^([\w.-]+)==([^\s;\\]+)", file.read_text("utf-8"), re.MULTILINE)
    return {canonicalize_name(name): version for name, version in found}


def unmet(wanted: Iterable[Requirement], file: Path = LOCK) -> list[str]:
    """Return the requirements that the lock, or another ``file``, does not satisfy."""
    known = locked(file)
    return sorted({str(each) for each in wanted if not each.specifier.contains(known.get(name_of(each), "0"), True)})


def name_of(requirement: Requirement) -> str:
    return canonicalize_name(requirement.name)


def leads_to(wanted: Iterable[Requirement], seen: set[tuple[str, frozenset[str]]]) -> Iterator[Requirement]:
    """Walk from ``wanted`` to every requirement that applies to this platform, as told by what is installed here.

    A package that is installed in another version than the lock's is not asked: it may need something else by now.
    """
    known = locked()
    for each in wanted:
        yield each
        if (key := (name_of(each), frozenset(each.extras))) in seen:
            continue
        seen.add(key)
        try:
            if version(each.name) != known.get(name_of(each), version(each.name)):
                continue
            further = map(Requirement, requires(each.name) or ())
        except PackageNotFoundError:
            continue
        yield from leads_to([one for one in further if applies(one, each.extras)], seen)


def applies(requirement: Requirement, extras: set[str]) -> bool:
    marker = requirement.marker
    return marker is None or any(marker.evaluate({"extra": extra}) for extra in (*extras, ""))


@pytest.mark.parametrize("whose", ASKED)
def test_what_pyproject_asks_for_is_locked_in_a_version_that_it_allows(whose: str) -> None:
    assert unmet(map(Requirement, ASKED[whose])) == []


@pytest.mark.parametrize("whose", ASKED)
def test_and_so_is_all_that_it_leads_to(whose: str) -> None:
    found = list(leads_to(map(Requirement, ASKED[whose]), set()))
    assert unmet(found) == []


def test_every_file_is_checked_by_its_hash() -> None:
    entries = re.split(r"^(?=[\w.-]+==)", LOCK.read_text("utf-8"), flags=re.MULTILINE)[1:]
    assert len(entries) == len(locked())
    assert [entry.split("==")[0] for entry in entries if "--hash=sha256:" not in entry] == []


def test_the_checks_run_with_versions_that_pyproject_allows_and_the_image_has() -> None:
    assert unmet(map(Requirement, PROJECT["dependency-groups"]["dev"]), CONSTRAINTS) == []
    held, shipped = locked(CONSTRAINTS), locked()
    assert {name: held[name] for name in held.keys() & shipped} == {
        name: shipped[name] for name in held.keys() & shipped
    }


@pytest.mark.parametrize("file", ["Containerfile", "compose.yaml", "deploy/deployer/images.py"])
def test_the_extras_that_an_image_gets_by_default_exist(file: str) -> None:
    text = (ROOT / file).read_text("utf-8")
    named = re.findall(r'EXTRAS(?:=|: \$\{PULPO_EXTRAS:-|": environ\.get\("PULPO_EXTRAS", ")([a-z,]+)', text)
    assert named
    assert {extra for each in named for extra in each.split(",")} <= set(EXTRAS)
