"""``pulpo booking import`` and ``show`` over a real database."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from pulpo.cli import main
from unit.pulpo_booking.counter import business_of

Run = Callable[..., Result]


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("PULPO_CONFIG", raising=False)
    return lambda *arguments: CliRunner().invoke(main, ["booking", *arguments])


def write(path: str, document: object) -> str:
    Path(path).write_text(json.dumps(document), encoding="utf-8")
    return path


def test_what_is_shown_can_be_edited_and_imported(run: Run) -> None:
    shown = run("show")
    assert shown.stderr == "demo: from its file\n"
    changed = {**json.loads(shown.stdout), "name": "Salón Luna"}
    imported = run("import", write("salon.json", changed))
    assert (imported.exit_code, imported.stdout) == (0, "demo: Salón Luna is in force, version 1\n")
    again = run("show")
    assert json.loads(again.stdout) == changed
    assert again.stderr.startswith("demo: version 1 of 20")


def test_a_file_of_several_goes_to_their_workspaces_or_to_one(run: Run) -> None:
    both = [business_of(workspace=name, name=name.title()) for name in ("north", "south")]
    file = write("both.json", {"businesses": both})
    assert run("import", file).stdout.count("is in force, version 1") == 2
    assert run("import", file, "--only", "south").stdout == "south: South is in force, version 2\n"
    assert json.loads(run("show", "--workspace", "north").stdout) == both[0] | {"services": [SERVICE]}


SERVICE = {"id": "cut", "name": "Cut", "minutes": 30, "price": "20"}


def test_a_sample_and_toml_can_be_imported(run: Run) -> None:
    assert run("import", "marea").stdout == "marea: Peluquería Marea is in force, version 1\n"
    Path("shop.toml").write_text(
        'workspace = "shop"\nname = "Shop"\ntz = "Europe/Madrid"\nclosed_dates = [2026-12-24]\n[hours]\n'
        '[[services]]\nid = "cut"\nname = "Cut"\nminutes = 30\n[[staff]]\nid = "ana"\nname = "Ana"\n'
    )
    assert run("import", "shop.toml").exit_code == 0
    assert json.loads(run("show", "--workspace", "shop").stdout)["closed_dates"] == {"2026-12-24": ""}


@pytest.mark.parametrize(
    ("name", "document", "said"),
    [
        ("wrong.json", business_of(rooms="two", colour="red"), "wrong.json: rooms: Input should be a valid integer"),
        ("wrong.json", business_of(rooms="two", colour="red"), "; colour: there is no such key"),
        ("gone.json", None, "gone.json: file: cannot read it (No such file or directory)"),
    ],
)
def test_a_mistake_is_one_line_with_file_key_and_what_is_allowed(
    run: Run, name: str, document: object, said: str
) -> None:
    if document is not None:
        write(name, document)
    result = run("import", name)
    assert (result.exit_code, result.stdout) == (2, "")
    assert said in result.stderr
    assert result.stderr.count("\n") == 1


@pytest.mark.parametrize("option", ["--only", "--workspace"])
def test_a_business_that_is_not_in_the_file_is_named(run: Run, option: str) -> None:
    result = run("import", "demo", option, "other")
    assert result.exit_code == 2
    assert "demo has no business of workspace 'other'; it has demo" in result.stderr


def test_a_workspace_without_a_business_says_how_to_get_one(run: Run) -> None:
    result = run("show", "--workspace", "nobody")
    assert result.exit_code == 2
    assert "No business here: workspace 'nobody' has no business" in result.stderr
