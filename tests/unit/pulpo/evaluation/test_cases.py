from __future__ import annotations

from datetime import datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pulpo.evaluation.cases import Case, CaseTurn, DialogueFileError, find_files, read_dialogues

WHOLE = """
[settings.plugins.desk]
size = 3

[defaults]
workspace = "desk"
locale = "en-GB"
now = 2026-11-24T10:00:00+01:00
user_id = "ana"

[[dialogue]]
id = "first"
tags = ["a", "b"]
secrets = ["Pedro"]
given = [{ tool = "note", user_id = "pedro", arguments = { day = 2026-11-25, at = 09:30:00 } }]
turns = [
  { say = "hello", expect = { reply_has = ["hi", ["you", "thou"]], pending = true, facts = { day = 2026-11-25 } } },
  { say = "yes", at = "2026-11-24T11:00:00+01:00", expect = { pending = { tool = "note" } } },
]
effects = [{ tool = "note", arguments = { text = "x" } }]
end = [{ tool = "read", value_has = { notes = ["x"] }, text_has = ["x"] }]

[[dialogue]]
id = "second"
locale = "es"
turns = [{ say = "hola" }]
"""


def write(folder: Path, text: str) -> Path:
    path = folder / "some.toml"
    path.write_text(text, encoding="utf-8")
    return path


def test_a_whole_file_is_read_and_its_defaults_apply(tmp_path: Path) -> None:
    file = read_dialogues(write(tmp_path, WHOLE))
    first, second = file.cases
    assert file.settings == {"plugins": {"desk": {"size": 3}}}
    assert (first.workspace, first.locale, first.user_id) == ("desk", "en-GB", "ana")
    assert first.now == datetime.fromisoformat("2026-11-24T10:00:00+01:00") == second.now
    assert first.turns[1].at == datetime.fromisoformat("2026-11-24T11:00:00+01:00")
    assert first.turns[0].expect.reply_has == ("hi", ("you", "thou"))
    assert (second.locale, second.effects, second.turns[0].expect.outcome) == ("es", (), "ok")


def test_dates_and_times_of_toml_reach_tools_as_text(tmp_path: Path) -> None:
    first = read_dialogues(write(tmp_path, WHOLE)).cases[0]
    assert first.given[0].arguments == {"day": "2026-11-25", "at": "09:30"}
    assert first.turns[0].expect.facts == {"day": "2026-11-25"}


@pytest.mark.parametrize(
    ("text", "dialogue", "key", "says"),
    [
        ("[[dialogue]]\nid = 3", "number 1", "id", "Expected `str`"),
        ('[[dialogue]]\nid = "a"', "'a'", "", "missing required field `turns`"),
        ('[[dialogue]]\nid = "a"\nturns = []', "'a'", "turns", "length"),
        ('[[dialogue]]\nid = "a"\nturns = [{ say = "" }]', "'a'", "turns[0].say", "length"),
        ('[[dialogue]]\nid = "a"\nturns = [{ say = "x", expct = {} }]', "'a'", "turns[0]", "unknown field `expct`"),
        (
            '[[dialogue]]\nid = "a"\nturns = [{ say = "x", expect = { reply_has = "hi" } }]',
            "'a'",
            "turns[0].expect.reply_has",
            "Expected `array`",
        ),
        ('[[dialogue]]\nid = "a"\nnow = "10:00"\nturns = [{ say = "x" }]', "'a'", "now", "RFC3339"),
        ('[[dialogue]]\nid = "a"\nnow = 2026-11-24T10:00:00\nturns = [{ say = "x" }]', "'a'", "now", "timezone"),
        ("[[dialogues]]", "", "", "unknown field `dialogues`"),
        ("", "", "", "missing required field `dialogue`"),
        ("[[", "", "", "not valid TOML"),
        ('[[dialogue]]\nid = "a"\nturns = [{ say = "x" }]\n' * 2, "'a'", "id", "ids must differ"),
    ],
)
def test_an_error_names_file_dialogue_and_key(tmp_path: Path, text: str, dialogue: str, key: str, says: str) -> None:
    path = write(tmp_path, text)
    with pytest.raises(DialogueFileError, match=r"some\.toml") as caught:
        read_dialogues(path)
    assert (caught.value.file, caught.value.dialogue, caught.value.key) == (path, dialogue, key)
    assert says in str(caught.value)


def test_a_file_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    with pytest.raises(DialogueFileError, match=r"none\.toml: cannot be read"):
        read_dialogues(tmp_path / "none.toml")


def test_a_folder_stands_for_its_toml_files(tmp_path: Path) -> None:
    path = write(tmp_path, WHOLE)
    (tmp_path / "README.md").touch()
    assert find_files([tmp_path, path]) == [path, path]
    (tmp_path / "empty").mkdir()
    with pytest.raises(DialogueFileError, match=r"no \*\.toml"):
        find_files([tmp_path / "empty"])


@given(st.text(min_size=1))
def test_what_is_held_out_depends_on_the_id_alone(name: str) -> None:
    turns = (CaseTurn("x"),)
    assert Case(id=name, turns=turns).held_out == Case(id=name, turns=turns, tags=("other",), locale="en").held_out


def test_a_third_is_held_out() -> None:
    held = sum(Case(id=f"dialogue-{number}", turns=(CaseTurn("x"),)).held_out for number in range(3000))
    assert 900 < held < 1100
