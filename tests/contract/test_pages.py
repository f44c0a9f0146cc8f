"""What the project's pages say of the tree is true."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import pulpo
from support.documents import ROOT, links, pages

pytestmark = pytest.mark.docs

PAGES = pages()
FOLDERS = [page for page in PAGES if page.name == "README.md"]
CHANGELOG = (ROOT / "CHANGELOG.md").read_text("utf-8")
ENTRIES = re.findall(r"^- (.+(?:\n  .+)*)", CHANGELOG, re.MULTILINE)
PAST = re.compile(
    r"\b(\w+ed|was|were|had|got|came|told|ran|began|became|could|no longer|wrote|kept|held|sent|read|stood|said)\b"
)


def name(page: Path) -> str:
    return str(page.relative_to(ROOT))


@pytest.mark.parametrize("page", PAGES, ids=name)
def test_links_lead_somewhere(page: Path) -> None:
    near = [target.partition("#")[0] for target in links(page) if "://" not in target and not target.startswith("#")]
    assert [target for target in near if not (page.parent / target).exists()] == []


@pytest.mark.parametrize("page", FOLDERS, ids=name)
def test_python_files_that_a_folder_page_names_exist(page: Path) -> None:
    named = set(re.findall(r"`([\w./-]+\.(?:py|toml|ini|json|ya?ml|js|css|html))`", page.read_text("utf-8")))
    known = {path.name for path in page.parent.rglob("*")} | {path.name for path in ROOT.iterdir()} | WRITTEN_BY_READERS
    assert sorted(each for each in named if Path(each).name not in known) == []


WRITTEN_BY_READERS = {"pulpo.toml"}


def test_the_changelog_has_this_version() -> None:
    assert re.search(rf"^## {re.escape(pulpo.__version__)}\b", CHANGELOG, re.MULTILINE)


@pytest.mark.parametrize("entry", ENTRIES)
def test_changelog_lines_are_sentences_in_the_past_tense(entry: str) -> None:
    assert entry[0].isupper() or entry[0] == "`"
    assert entry.endswith(".")
    assert PAST.search(entry)
