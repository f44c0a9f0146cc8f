"""What does not fit is named: the place, what may stand there, and nothing of msgspec's own words."""

from __future__ import annotations

from typing import Annotated, Any, Literal

import msgspec
import pytest
from msgspec import Meta, Struct

from pulpo.http.chat import chat_body
from pulpo.http.misfits import told


class Step(Struct, forbid_unknown_fields=True):
    share: Annotated[float, Meta(ge=0, le=1, description="0.1 is 10 %.")]


class Plan(Struct, forbid_unknown_fields=True):
    """A plan."""

    action: Literal["pause", "resume"]
    steps: Annotated[list[Step], Meta(max_length=2)] = []
    first: Annotated[Step | None, Meta(description="The first.")] = None
    by_name: dict[str, Step] = {}
    names: list[Annotated[str, Meta(pattern="^[a-z]*$", min_length=1)]] = []


def misfit(kind: type[Any], body: str) -> str:
    with pytest.raises(msgspec.ValidationError) as raised:
        msgspec.json.decode(body, type=kind)
    return told(raised.value, kind)


@pytest.mark.parametrize(
    ("body", "says"),
    [
        ("[]", "It must be an object, not an array."),
        ("{}", "The field `action` is missing."),
        ('{"action": "stop"}', "`action` cannot be 'stop'; it is one of: pause, resume."),
        (
            '{"action": "pause", "when": 1}',
            "There is no field `when`; known are: action, by_name, first, names, steps.",
        ),
        ('{"action": "pause", "steps": [{}]}', "The field `share` is missing in `steps[0]`. 0.1 is 10 %."),
        ('{"action": "pause", "first": {"a": 1}}', "There is no field `a` in `first`; known are: share."),
        ('{"action": "pause", "first": 3}', "`first` must be an object or null, not a whole number. The first."),
        ('{"action": "pause", "first": {"share": 3}}', "`first.share` must be at most 1. 0.1 is 10 %."),
        ('{"action": "pause", "by_name": {"x": {"share": "1"}}}', "`by_name[...].share` must be a number, not text."),
        ('{"action": "pause", "names": ["a", ""]}', "`names[1]` must not be empty."),
        ('{"action": "pause", "names": ["A"]}', "`names[0]` must match ^[a-z]*$."),
        (
            '{"action": "pause", "steps": [{"share": 0}, {"share": 0}, {"share": 0}]}',
            "`steps` must have at most 2 entries.",
        ),
    ],
)
def test_a_misfit_says_where_and_what_belongs_there(body: str, says: str) -> None:
    assert misfit(Plan, body).startswith(says)


@pytest.mark.parametrize(
    ("body", "says"),
    [
        ('{"message": " \\n "}', "`message` must not be blank."),
        ('{"message": "aaaaa"}', "`message` must have at most 4 characters."),
        ('{"message": "a", "user_id": "\\u0001"}', "`user_id` must hold no control characters."),
        ('{"message": "a", "locale": "!"}', "`locale` must match ^[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*$. BCP 47"),
        ('{"message": "a", "attributes": {"a b": 1}}', "A key of `attributes` must match ^[A-Za-z0-9_.-]{1,64}$."),
    ],
)
def test_what_is_wrong_with_a_message_is_said_in_words(body: str, says: str) -> None:
    assert misfit(chat_body(4), body).startswith(says)


def test_a_rule_that_has_no_words_yet_is_told_as_it_is() -> None:
    assert misfit(list[bytes], '["%"]') == "`[0]` does not fit: Invalid base64 encoded string."
