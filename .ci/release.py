"""What a release says of itself: the section of CHANGELOG.md for its tag, printed; refused when they do not agree."""

from __future__ import annotations

import re
import sys
import tomllib
from pathlib import Path

ROOT = Path(__file__).parents[1]


def main(arguments: list[str]) -> int:
    """Print the notes of the release ``v1.2.3``; return 1 when tag, version and changelog do not agree."""
    version = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]["version"]
    try:
        print(notes((ROOT / "CHANGELOG.md").read_text("utf-8"), tag=arguments[0], version=version))
    except ValueError as error:
        print(f"release: {error}", file=sys.stderr)
        return 1
    return 0


def notes(changelog: str, *, tag: str, version: str) -> str:
    """Return the section of ``version``; raises `ValueError` with what to do."""
    if tag != f"v{version}":
        raise ValueError(f"the tag is {tag} and pyproject.toml says {version}: tag v{version}, or change the version")
    section = re.search(rf"^## {re.escape(version)}\b(.*)\n((?:(?!## ).*\n?)*)", changelog, re.MULTILINE)
    if section is None:
        raise ValueError(f"CHANGELOG.md has no section {version}")
    if "unreleased" in section[1]:
        raise ValueError(f"CHANGELOG.md calls {version} unreleased: write its date there")
    return section[2].strip()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
