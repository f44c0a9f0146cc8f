"""Which settings of a variant are taken, and what is said of the others."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from pydantic import ValidationError

from pulpo.settings.secrets import HIDDEN, shown
from pulpo_llm import config as module
from pulpo_llm.config import LlmConfig

Make = Callable[..., LlmConfig]


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"base_url": "ftp://x"}, "expected the URL of an OpenAI-protocol server"),
        ({"base_url": "127.0.0.1:80"}, "expected the URL of an OpenAI-protocol server"),
        ({"model": ""}, "at least 1 character"),
        ({"api_key_env": "sk-live-123"}, "the name of an environment variable"),
        ({"api_key_env": "NO_SUCH_KEY"}, "the environment variable NO_SUCH_KEY is not set"),
        ({"api_key": "sk-1"}, "Extra inputs"),
        ({"temperature": 3}, "less than or equal to 2"),
        ({"timeout": 0}, "greater than 0"),
        ({"options": {"messages": [], "tools": []}}, "the planner itself sets messages, tools"),
    ],
)
def test_what_is_wrong_is_said(config: Make, wrong: dict[str, Any], said: str) -> None:
    with pytest.raises(ValidationError, match=said):
        config(**wrong)


def test_the_key_is_read_from_the_environment_and_stands_in_no_setting(
    config: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MODEL_KEY", "sk-live-123")
    made = config(base_url="https://models.example/v1/", api_key_env="MODEL_KEY")
    assert (made.api_key, made.base_url) == ("sk-live-123", "https://models.example/v1")
    assert "sk-live" not in repr(made) + made.model_dump_json()
    assert shown("api_key", "sk-live-123") == HIDDEN


@pytest.mark.parametrize(
    ("address", "fine"),
    [
        ("http://127.0.0.1:1/v1", True),
        ("http://localhost/v1", True),
        ("http://[::1]/v1", True),
        ("http://models.example/v1", False),
        ("http://10.0.0.1/v1", False),
        ("https://models.example/v1", True),
    ],
)
def test_a_key_travels_encrypted_or_not_at_all(
    config: Make, monkeypatch: pytest.MonkeyPatch, address: str, fine: bool
) -> None:
    monkeypatch.setenv("MODEL_KEY", "sk-live-123")
    assert config(base_url=address).api_key == ""
    if fine:
        assert config(base_url=address, api_key_env="MODEL_KEY").api_key
    else:
        with pytest.raises(ValidationError, match="must not travel unencrypted"):
            config(base_url=address, api_key_env="MODEL_KEY")


def test_without_its_library_it_is_said_what_to_install(config: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "find_spec", lambda _name: None)
    with pytest.raises(ValidationError, match=r"pip install 'pulpoai\[llm\]'"):
        config()
