"""The pytest plugin, used as an author would: in a pytest of its own."""

from __future__ import annotations

import subprocess
import sys

import pytest

pytest_plugins = ["pytester"]

HELLO = '''
import pulpo

@pulpo.tool(read_only=True)
def say_hello(name: str) -> str:
    """Greet somebody."""
    return f"Hola, {name}!"

@pulpo.hookimpl
def pulpo_register_tools():
    return [say_hello]
'''

ONE_LINE = """
    import pytest
    {imports}

    {marker}
    async def test_it(agent):
        assert await agent.call("say_hello", {{"name": "Ana"}}) == "Hola, Ana!"
        assert agent.tools == ("say_hello",)
"""

INSTALLED = '@pytest.mark.pulpo(plugins=["hello"])'


@pytest.fixture
def author(pytester: pytest.Pytester) -> pytest.Pytester:
    """A folder as an author has it: an installed plugin `hello` beside the tests."""
    pytester.makepyfile(hello_mod=HELLO)
    info = pytester.mkdir("hello-1.0.dist-info")
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: hello\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text("[pulpo]\nhello = hello_mod\n")
    pytester.makeini(
        "[pytest]\nanyio_mode = auto\npythonpath = .\naddopts = --strict-markers\nfilterwarnings = error\n"
    )
    pytester.syspathinsert()
    return pytester


def run(author: pytest.Pytester, *options: str) -> pytest.RunResult:
    return author.runpytest_inprocess("-p", "no:cacheprovider", "-p", "no:xdist", *options)


@pytest.mark.parametrize(
    ("imports", "marker"),
    [("", INSTALLED), ("import hello_mod", "@pytest.mark.pulpo(plugins=[hello_mod])")],
    ids=["by name", "by object"],
)
def test_the_marker_names_plugins(author: pytest.Pytester, imports: str, marker: str) -> None:
    author.makepyfile(ONE_LINE.format(imports=imports, marker=marker))
    # Once under asyncio and once under trio: the fixture does not mind.
    run(author).assert_outcomes(passed=2)


def test_the_ini_option_names_plugins_and_the_marker_wins(author: pytest.Pytester) -> None:
    author.makepyfile(ONE_LINE.format(imports="", marker=""))
    run(author, "-o", "pulpo_plugins=hello").assert_outcomes(passed=2)
    author.makepyfile(ONE_LINE.format(imports="", marker=INSTALLED))
    run(author, "-o", "pulpo_plugins=not_there").assert_outcomes(passed=2)


@pytest.mark.parametrize(
    ("marker", "message"),
    [
        ("", 'name the plugins to load: @pytest.mark.pulpo(plugins=["my_plugin"]), or pulpo_plugins in'),
        ('@pytest.mark.pulpo(plugins=["helo"])', "helo: not installed (installed are hello, "),
        ('@pytest.mark.pulpo("hello")', "takes now, planner, plugins, settings by keyword, not 'hello'"),
        ('@pytest.mark.pulpo(plugin=["hello"])', "takes now, planner, plugins, settings by keyword, not plugin"),
    ],
)
def test_a_mistake_is_explained_without_a_traceback(author: pytest.Pytester, marker: str, message: str) -> None:
    author.makepyfile(ONE_LINE.format(imports="", marker=marker))
    result = run(author)
    result.assert_outcomes(errors=2)
    assert message in result.stdout.str()
    assert "Traceback" not in result.stdout.str()


def test_settings_and_the_planner_come_from_the_marker(author: pytest.Pytester) -> None:
    author.makepyfile(
        """
        from datetime import UTC, datetime

        import pytest
        import pulpo
        from pydantic import BaseModel
        from pulpo.testing import ScriptedPlanner

        class Word(BaseModel):
            word: str = "Hola"

        class Polite:
            script = ScriptedPlanner([pulpo.Answer("done")])

            @pulpo.hookimpl
            def pulpo_settings(self):
                return Word

            @pulpo.hookimpl
            def pulpo_register_planners(self):
                return [self.script]

            @pulpo.hookimpl
            def pulpo_register_tools(self, settings):
                @pulpo.tool(read_only=True)
                def word() -> str:
                    "Say the word."
                    return settings.word

                return [word]

        NOW = datetime(2026, 3, 2, tzinfo=UTC)

        @pytest.mark.pulpo(plugins=[Polite()], settings={"Polite": {"word": "Hi"}}, planner="scripted", now=NOW)
        async def test_it(agent, anyio_backend_name):
            assert await agent.call("word") == "Hi"
            if anyio_backend_name == "asyncio":
                assert (await agent.say("hola")).reply == "done"
                assert Polite.script.asked[0].turn.at == NOW
        """
    )
    run(author).assert_outcomes(passed=2)


def test_the_fixture_and_the_marker_are_described(author: pytest.Pytester) -> None:
    run(author, "--fixtures").stdout.fnmatch_lines(["agent -- *", "*An agent with only the plugins that the marker*"])
    run(author, "--markers").stdout.fnmatch_lines(["@pytest.mark.pulpo(plugins, settings, planner, now): *"])


def test_pytest_s_start_loads_nothing_heavy() -> None:
    heavy = ("litestar", "pydantic", "sqlalchemy", "pulpo.plugins", "pulpo.settings", "pulpo.assembly")
    script = f"import sys, pulpo.testing.plugin; print([name for name in {heavy!r} if name in sys.modules])"
    run = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True, timeout=120)
    assert run.stdout.strip() == "[]"
