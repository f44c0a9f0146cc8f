"""The pages as files: what they name exists, nothing comes from elsewhere, both languages say the same."""

from __future__ import annotations

import json
import posixpath
import re
from hashlib import sha256
from importlib.resources import files

import pytest

from pulpo.http import pages
from pulpo.http.pages import CONTENT_TYPES, Page, load_pages

PAGES = load_pages()
VENDORED = "docs/rapidoc-min.js"
OURS = {name: page.body.decode() for name, page in PAGES.items() if name != VENDORED}
HTML = sorted(name for name in OURS if name.endswith(".html"))
SCRIPTS = sorted(name for name in OURS if name.endswith(".js"))
ROUTES = {"/", "/console", "/docs", "/schema/openapi.json"}

IMPORT = re.compile(r"""^(?:import|export) .*?"([^"]+)";$""", re.MULTILINE)
LINK = re.compile(r"""\b(?:href|src)="([^"#]+)""")
CATALOGUES = re.compile(r"^export const catalogues = (\{.*?^\});", re.DOTALL | re.MULTILINE)
AREAS = "approvals|breakers|canary|chat|console|conversations|error|outcome|overview|page|plugins|turn"
KEY_USED = re.compile(rf"""\"((?:{AREAS})\.[\w.]+)\"""")
KEY_BUILT = re.compile(r"""`([a-z]+\.[\w.]*)\$\{""")


def catalogues() -> dict[str, dict[str, str]]:
    found = CATALOGUES.search(OURS["i18n.js"])
    assert found is not None
    languages: dict[str, dict[str, str]] = json.loads(found[1])
    return languages


def test_the_three_pages_and_their_types_are_there() -> None:
    expected = "text/html; charset=utf-8"
    assert [PAGES[name].content_type for name in ("chat.html", "console.html", "docs/docs.html")] == [expected] * 3
    assert PAGES["chat/chat.js"].content_type == "text/javascript; charset=utf-8"
    assert "__init__.py" not in PAGES


def test_every_file_of_the_package_is_served_or_left_out_on_purpose() -> None:
    root = files(pages)
    unserved = {entry.name for entry in root.iterdir() if entry.is_file()} - PAGES.keys()
    assert unserved == {"__init__.py"}
    assert {posixpath.splitext(name)[1] for name in PAGES} <= CONTENT_TYPES.keys()


def test_an_etag_is_quoted_and_follows_the_body() -> None:
    assert all(re.fullmatch(r'"[0-9a-f]{32}"', page.etag) for page in PAGES.values())
    assert len({page.etag for page in PAGES.values()}) == len({page.body for page in PAGES.values()})
    assert load_pages() == PAGES
    assert isinstance(PAGES["app.css"], Page)


@pytest.mark.parametrize("name", SCRIPTS)
def test_every_imported_module_exists(name: str) -> None:
    targets = [posixpath.normpath(posixpath.join(posixpath.dirname(name), path)) for path in IMPORT.findall(OURS[name])]
    assert [target for target in targets if target not in PAGES] == []


@pytest.mark.parametrize("name", HTML)
def test_every_linked_file_exists(name: str) -> None:
    links = set(LINK.findall(OURS[name])) - ROUTES
    assert links
    assert [link for link in links if link.removeprefix("/assets/") not in PAGES or link[:8] != "/assets/"] == []


def test_every_script_and_style_sheet_is_used() -> None:
    linked = {link.removeprefix("/assets/") for name in HTML for link in LINK.findall(OURS[name])}
    imported = {
        posixpath.normpath(posixpath.join(posixpath.dirname(name), path))
        for name in SCRIPTS
        for path in IMPORT.findall(OURS[name])
    }
    assets = {name for name in PAGES if name.endswith((".js", ".css"))}
    assert assets - linked - imported == set()


@pytest.mark.parametrize("name", sorted(set(OURS) - {"docs/LICENSE.txt", "docs/rapidoc-min.js.LICENSE.txt"}))
def test_nothing_comes_from_another_host(name: str) -> None:
    names = set(re.findall(r"""(?:https?:)?//[\w-]+\.[\w.-]+[^\s"']*""", OURS[name]))
    assert names - {"http://www.w3.org/2000/svg"} == set()


@pytest.mark.parametrize("name", HTML)
def test_the_strict_policy_finds_nothing_to_refuse_in_the_markup(name: str) -> None:
    markup = OURS[name]
    assert re.findall(r"<script(?![^>]*\bsrc=)", markup) == []
    assert re.findall(r"<style|\sstyle=|\son\w+=|javascript:", markup) == []


@pytest.mark.parametrize("name", SCRIPTS)
def test_no_text_can_become_markup_or_code(name: str) -> None:
    sinks = r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\(|new Function|setAttribute\(\"style\""
    assert re.findall(sinks, OURS[name]) == []


def test_both_catalogues_have_the_same_keys_and_places() -> None:
    spanish, english = catalogues()["es"], catalogues()["en"]
    assert spanish.keys() == english.keys()
    places = {
        key: (set(re.findall(r"\{\w+\}", spanish[key])), set(re.findall(r"\{\w+\}", english[key]))) for key in spanish
    }
    assert {key: pair for key, pair in places.items() if pair[0] != pair[1]} == {}
    assert all(spanish.values())
    assert all(english.values())


def test_the_pages_ask_for_every_text_of_the_catalogues_and_no_other() -> None:
    sources = [text for name, text in OURS.items() if name.endswith((".js", ".html")) and name != "i18n.js"]
    known = catalogues()["es"].keys()
    used = {key for text in sources for key in KEY_USED.findall(text)}
    built = tuple({prefix for text in sources for prefix in KEY_BUILT.findall(text)})
    assert used - known == set()
    assert {key for key in known - used if not key.startswith(built)} == set()


def test_the_vendored_script_is_the_one_its_page_names() -> None:
    notes = files(pages).joinpath("docs", "VENDORED.md").read_text("utf-8")
    assert sha256(PAGES[VENDORED].body).hexdigest() in notes
    assert len(PAGES[VENDORED].body) < 1_600_000
