"""A release is described by its changelog's own words, and refused where tag, version and changelog disagree."""

from __future__ import annotations

import runpy

import pytest

from support.documents import ROOT

NOTES = runpy.run_path(str(ROOT / ".ci" / "release.py"))["notes"]
CHANGELOG = """# Changelog

## 1.1.0 (unreleased)

- It flew.

## 1.0.0 (2026-11-01)

### Added

- It ran.

## 0.9.0 (2026-10-01)

- It walked.
"""


def test_the_notes_are_the_section_of_the_version() -> None:
    assert NOTES(CHANGELOG, tag="v1.0.0", version="1.0.0") == "### Added\n\n- It ran."
    assert NOTES(CHANGELOG, tag="v0.9.0", version="0.9.0") == "- It walked."


@pytest.mark.parametrize(
    ("tag", "version", "why"),
    [
        ("1.0.0", "1.0.0", "tag v1.0.0"),
        ("v1.0.1", "1.0.0", "change the version"),
        ("v1.1.0", "1.1.0", "unreleased"),
        ("v2.0.0", "2.0.0", "no section"),
    ],
)
def test_what_does_not_agree_is_refused(tag: str, version: str, why: str) -> None:
    with pytest.raises(ValueError, match=why):
        NOTES(CHANGELOG, tag=tag, version=version)
