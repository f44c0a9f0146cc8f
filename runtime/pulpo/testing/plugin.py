"""The pytest plugin: the marker ``pulpo``, the option ``pulpo_plugins`` and the fixture ``agent``."""

from __future__ import annotations

import inspect
from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from pulpo.testing.agent import Agent

MARKER = "pulpo"
OPTION = "pulpo_plugins"


def pytest_addoption(parser: pytest.Parser) -> None:
    """Declare the ini option."""
    parser.addini(OPTION, "entry-point names of the plugins that the fixture `agent` loads", type="args", default=[])


def pytest_configure(config: pytest.Config) -> None:
    """Declare the marker."""
    config.addinivalue_line(
        "markers",
        f"{MARKER}(plugins, settings, planner, now): what the fixture `agent` is made of; "
        "see `pulpo.testing.agent.new_agent`",
    )


@pytest.fixture
def agent(request: pytest.FixtureRequest) -> Iterator[Agent]:
    """An agent with only the plugins that the marker ``pulpo`` or the ini option ``pulpo_plugins`` names.

    ``await agent.call(tool, arguments)`` runs a tool, ``await agent.say(text)`` chats, ``agent.tools`` are names.
    """
    from pulpo.errors import PulpoError
    from pulpo.testing.agent import new_agent

    marker = request.node.get_closest_marker(MARKER)
    options = {"plugins": request.config.getini(OPTION), **(marker.kwargs if marker else {})}
    _check(options, positional=marker.args if marker else ())
    directory = request.getfixturevalue("tmp_path")
    try:
        made = new_agent(directory=directory, **options)
    except PulpoError as error:
        pytest.fail(str(error), pytrace=False)
    with made:
        yield made


def _check(options: dict[str, object], *, positional: tuple[object, ...]) -> None:
    from pulpo.testing.agent import new_agent

    known = set(inspect.signature(new_agent).parameters) - {"directory"}
    unknown = sorted(set(options) - known)
    if positional or unknown:
        pytest.fail(
            f"@pytest.mark.{MARKER} takes {', '.join(sorted(known))} by keyword, "
            f"not {', '.join([*unknown, *map(repr, positional)])}",
            pytrace=False,
        )
    if not options["plugins"]:
        pytest.fail(
            f'name the plugins to load: @pytest.mark.{MARKER}(plugins=["my_plugin"]), '
            f"or {OPTION} in the pytest section of your pyproject.toml",
            pytrace=False,
        )
