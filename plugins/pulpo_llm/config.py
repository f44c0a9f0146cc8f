"""The settings of a variant with this planner."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from importlib.util import find_spec
from ipaddress import ip_address
from typing import Any, Final
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

OURS: Final = frozenset({"model", "messages", "tools", "stream", "stream_options"})
"""What the planner itself says in a request."""


class LlmConfig(BaseModel):
    """``[variants.<name>.settings]`` of planner ``llm``.

    ``base_url`` ends before ``/chat/completions`` (most often in ``/v1``); ``api_key_env`` is the *name* of the
    environment variable that holds the key. ``prompt`` is what the model is told of the business, by language, beside
    our own rules. ``timeout`` (seconds) bounds one call, ``retries`` are further tries after troubles that pass,
    ``max_history`` counts earlier turns, ``max_output`` tokens of one response, and ``options`` go into each request
    as they are.
    """

    # Built at its first use: whoever has no such variant does not pay for it.
    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False, defer_build=True)

    base_url: str
    model: str = Field(min_length=1)
    api_key_env: str | None = None
    temperature: float | None = Field(default=0.0, ge=0, le=2)
    max_output: int = Field(default=1024, ge=1)
    timeout: float = Field(default=8.0, gt=0)
    retries: int = Field(default=1, ge=0, le=5)
    stream: bool = False
    max_history: int = Field(default=20, ge=0, le=1000)
    prompt: Mapping[str, str] = {}
    options: Mapping[str, Any] = {}

    @field_validator("base_url", mode="after")
    @classmethod
    def _an_address(cls, value: str) -> str:
        if re.match(r"https?://[^/\s]", value):
            return value.rstrip("/")
        raise ValueError("expected the URL of an OpenAI-protocol server such as http://127.0.0.1:8080/v1")

    @field_validator("api_key_env", mode="after")
    @classmethod
    def _a_name(cls, value: str | None) -> str | None:
        # Most likely the key itself, which must not be shown.
        if value is not None and not re.fullmatch(r"[A-Za-z_][A-Za-z0-9_]{0,63}", value):
            raise ValueError("expected the name of an environment variable, such as OPENAI_API_KEY, and not the key")
        if value is not None and not os.environ.get(value):
            raise ValueError(f"the environment variable {value} is not set: export the key in it")
        return value

    @field_validator("options", mode="after")
    @classmethod
    def _not_ours(cls, value: Mapping[str, Any]) -> Mapping[str, Any]:
        if taken := sorted(OURS & value.keys()):
            raise ValueError(f"the planner itself sets {', '.join(taken)}: leave it out")
        return value

    @model_validator(mode="after")
    def _usable(self) -> LlmConfig:
        if find_spec("aiohttp") is None:
            raise ValueError("planner 'llm' needs aiohttp: pip install 'pulpoai[llm]'")
        address = urlsplit(self.base_url)
        if self.api_key_env and address.scheme == "http" and not _is_near(address.hostname or ""):
            raise ValueError("a key must not travel unencrypted: use an https:// base_url, or a loopback address")
        return self

    @property
    def api_key(self) -> str:
        """The key, read when it is needed so that no setting holds it."""
        return os.environ.get(self.api_key_env, "") if self.api_key_env else ""


def _is_near(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
