"""Sections of plugins become files below ``/assets`` and lines of a module."""

from __future__ import annotations

import json
from pathlib import Path

import pulpo
from pulpo.http.contributed import MODULE, contributed_pages
from pulpo.http.pages import load_pages


def test_files_are_served_and_the_module_lists_the_sections(tmp_path: Path) -> None:
    (tmp_path / "parts").mkdir()
    for name in ("tides.js", "tides.css", "parts/more.js", "secret.py"):
        (tmp_path / name).write_text("x")
    title = {"es": "Mareas", "en": "Tides </script>"}
    section = pulpo.ConsoleSection(id="tides", title=title, files=tmp_path, module="tides.js", style="tides.css")
    pages = contributed_pages([section])
    served = ["plugins/tides/parts/more.js", "plugins/tides/tides.css", "plugins/tides/tides.js"]
    assert sorted(pages) == sorted([MODULE, *served])
    listed = pages[MODULE].body.decode().partition("contributed = ")[2].removesuffix(";\n")
    places = {"module": "/assets/plugins/tides/tides.js", "style": "/assets/plugins/tides/tides.css"}
    assert json.loads(listed) == [{"id": "tides", "title": title, **places}]


def test_without_sections_the_list_is_empty_and_takes_the_shipped_module_s_place() -> None:
    assert contributed_pages([])[MODULE].body.endswith(b"contributed = [];\n")
    assert MODULE in load_pages()
