"""Real parts for integration tests; each skips, or fails where PULPO_REQUIRE promises the part."""

from __future__ import annotations

import pytest

from support.parts import NODE_MODULES, require


@pytest.fixture(scope="session")
def chromium() -> str:
    """The path of a Chromium."""
    return require("chromium")


@pytest.fixture(scope="session")
def axe() -> str:
    """The source of axe-core, to be run in a page."""
    require("node")
    return (NODE_MODULES / "axe-core" / "axe.min.js").read_text("utf-8")
