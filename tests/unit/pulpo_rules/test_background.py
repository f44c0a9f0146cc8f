from __future__ import annotations

import json

import pytest

from pulpo_rules.background import answer, is_background

PROMPTS = [
    '### Task:\nGenerate a concise, 3-5 word title with an emoji.\n### Output:\nJSON format: { "title": "…" }',
    '### Task:\nSuggest 3-5 relevant follow-up questions.\nJSON format: { "follow_ups": [] }',
    '### Task:\nGenerate 1-3 broad tags.\nJSON format: { "tags": [] }',
    "Generate a short title for this conversation: quiero algo",
    "Summarize the conversation as a title",
    "Genera un título corto para esta conversación",
    "You are a helpful assistant that writes a title for a chat.",
    "user: hola\nassistant: hola\nuser: sí",
]


@pytest.mark.parametrize("text", PROMPTS)
def test_prompts_of_clients(text: str) -> None:
    assert is_background(text)


@pytest.mark.parametrize(
    "text",
    ["hola", "quiero un título universitario", "create an account for me", "can you suggest a room?", "Ana: sí", ""],
)
def test_messages_of_users(text: str) -> None:
    assert not is_background(text)


def test_json_is_answered_where_it_is_asked_for() -> None:
    assert json.loads(answer(PROMPTS[0], title='El "Sol"')) == {"title": "El 'Sol'"}
    assert json.loads(answer(PROMPTS[1], title="Sol")) == {"follow_ups": []}
    assert json.loads(answer(PROMPTS[2], title="Sol")) == {"tags": []}
    assert answer(PROMPTS[3], title="Sol") == "Sol"
