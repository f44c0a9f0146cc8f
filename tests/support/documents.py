"""Markdown as tests read it: fenced code blocks and links."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).parents[2]

_FENCE = re.compile(r"^```(?P<language>\w+)(?: (?P<mark>\w+))?\n(?P<text>.*?)^```$", re.MULTILINE | re.DOTALL)
_LINK = re.compile(r"\[[^\]]*\]\((?P<target>[^)\s]+)\)")


class Block(NamedTuple):
    """A fenced code block; ``mark`` is the word after its language and says how a test runs it."""

    language: str
    mark: str
    text: str


def blocks(page: Path, mark: str = "") -> list[Block]:
    """Return the page's code blocks, only those with ``mark`` if one is given."""
    found = (
        Block(each["language"], each["mark"] or "", each["text"]) for each in _FENCE.finditer(page.read_text("utf-8"))
    )
    return [block for block in found if not mark or block.mark == mark]


def links(page: Path) -> list[str]:
    """Return the targets of the page's links, without code blocks."""
    return _LINK.findall(_FENCE.sub("", page.read_text("utf-8")))


def files() -> list[Path]:
    """Return every file of the project, committed or about to be."""
    if not (ROOT / ".git").exists():
        return [path for path in ROOT.rglob("*") if path.is_file() and not path.is_relative_to(ROOT / ".tox")]
    command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    listed = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True).stdout
    return [path for name in listed.split("\0") if name and (path := ROOT / name).is_file()]


def copy_files(folder: Path) -> None:
    """Copy the project, without what was made of it, into ``folder``."""
    for path in files():
        target = folder / path.relative_to(ROOT)
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(path, target)


def pages() -> list[Path]:
    """Return the project's Markdown pages."""
    return [path for path in files() if path.suffix == ".md"]
