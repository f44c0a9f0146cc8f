import json

import pytest

from pulpo.cli.chat import spoken_locale


def test_each_line_is_a_message_and_answers_alone_go_to_standard_output(run, echo: str) -> None:
    result = run("chat", input="hola\n\n  weigh this  \nadiós\n")
    assert result.exit_code == 0
    assert result.stdout == "you said [b]hola[/b]\nyou said [b]weigh this[/b]\nyou said [b]adiós[/b]\n"
    assert "· weigh(text=weigh this) ok" in result.stderr


def test_all_lines_are_one_conversation_that_can_be_continued(run, echo: str) -> None:
    answers = [json.loads(line) for line in run("chat", "--json", input="a\nb\n").stdout.splitlines()]
    (conversation,) = {answer["conversation_id"] for answer in answers}
    assert [answer["reply"] for answer in answers] == ["you said [b]a[/b]", "you said [b]b[/b]"]
    later = json.loads(run("chat", "--json", "--conversation", conversation, input="c\n").stdout)
    assert later["conversation_id"] == conversation
    fresh = json.loads(run("chat", "--json", input="c\n").stdout)
    assert fresh["conversation_id"] != conversation


def test_a_message_that_cannot_be_answered_does_not_end_the_chat_but_shows_in_the_exit_code(run, echo: str) -> None:
    result = run("chat", "--conversation", "gone", input="a\nb\n")
    assert result.exit_code == 1
    assert result.stdout == ""
    assert result.stderr.count("! no conversation 'gone' here") == 2


def test_a_runtime_that_cannot_start_is_one_line(run, echo: str) -> None:
    result = run("chat", "--set", "variants.stable.planner=gone", input="a\n")
    assert result.exit_code == 2
    assert "there is no 'gone'; known are: echo" in result.stderr
    assert result.stderr.count("\n") == 1


def test_an_address_that_is_none_is_one_line(run) -> None:
    result = run("chat", "--url", "ftp://x", input="a\n")
    assert result.exit_code == 2
    assert "option --url: url: expected a URL such as" in result.stderr


def test_a_workspace_is_not_chosen_on_a_server_where_the_key_decides(run) -> None:
    result = run("chat", "--url", "http://127.0.0.1:1", "--workspace", "salon", input="a\n")
    assert result.exit_code == 2
    assert "the key decides it" in result.stderr


@pytest.mark.parametrize(
    ("environ", "locale"),
    [
        ({}, "es"),
        ({"LANG": "en_US.UTF-8"}, "en-US"),
        ({"LANG": "es_MX.UTF-8"}, "es-MX"),
        ({"LANG": "en_US.UTF-8", "LC_ALL": "es_ES.UTF-8"}, "es-ES"),
        ({"LANG": "fr_FR.UTF-8"}, "es"),
        ({"LANG": "C.UTF-8"}, "es"),
        ({"LANG": "en"}, "en"),
    ],
)
def test_the_language_is_the_terminal_s_where_it_is_one_of_ours(environ: dict[str, str], locale: str) -> None:
    assert spoken_locale(environ) == locale
