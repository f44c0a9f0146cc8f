import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import SecretStr

from pulpo.settings import explain_settings
from pulpo.settings.secrets import HIDDEN, shown

CASES = [
    ("database_url", "postgresql://me:hunter2@host/db", "postgresql://me:***@host/db"),
    ("database_url", "postgresql://me:hunt@er:2@host/db", "postgresql://me:***@host/db"),
    (
        "database_url",
        "postgresql://me@host/db?password=hunter2&sslmode=on",
        "postgresql://me@host/db?password=***&sslmode=on",
    ),
    ("database_url", "sqlite:///pulpo.db", "sqlite:///pulpo.db"),
    ("api_key", "sk-1", HIDDEN),
    ("OPENAI_API_KEY", "sk-1", HIDDEN),
    ("key", "sk-1", HIDDEN),
    ("token", 12345, HIDDEN),
    ("max_tokens", 12345, 12345),
    ("tokens", "sk-1", HIDDEN),
    ("value", SecretStr("sk-1"), HIDDEN),
    ("passwords", ["a", "b"], HIDDEN),
    ("api_key", "", ""),
    ("api_key", None, None),
    ("keyboard", "es", "es"),
    ("headers", {"authorization": "Bearer x", "accept": "json"}, {"authorization": HIDDEN, "accept": "json"}),
    ("urls", ["http://a:b@c"], ["http://a:***@c"]),
    ("port", 8000, 8000),
]


@pytest.mark.parametrize(("name", "value", "seen"), CASES)
def test_secrets_are_hidden_and_nothing_else(name: str, value: object, seen: object) -> None:
    assert shown(name, value) == seen


@given(password=st.text(min_size=6, alphabet="abcdefXYZ0123456789:@%!$"))
def test_a_database_password_is_never_explained(password: str) -> None:
    url = f"postgresql://somebody:{password}@db.example/pulpo"
    assert password not in json.dumps(explain_settings(environ={}, overrides={"database_url": url}))


def test_a_plugin_secret_is_never_explained() -> None:
    environ = {"PULPO_PLUGINS__PULPO_LLM__API_KEY": "sk-1", "PULPO_VARIANTS__CANARY__SETTINGS": '{"api_key": "sk-1"}'}
    explained = explain_settings(environ=environ)
    assert "sk-1" not in json.dumps(explained)
    assert "plugins.pulpo_llm.api_key" in {item.key for item in explained}
