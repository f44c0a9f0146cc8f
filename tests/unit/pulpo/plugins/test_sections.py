from __future__ import annotations

from typing import Any

import pytest
from pydantic import BaseModel, SecretStr

from pulpo.errors import PluginLoadError
from pulpo.plugins.sections import validated


class Inner(BaseModel, extra="forbid"):
    count: int = 1


class Greeting(BaseModel, extra="forbid"):
    word: str = "Hola"
    limit: int = 3
    password: SecretStr = SecretStr("")
    inner: Inner = Inner()


class Bare(BaseModel, extra="forbid"):
    pass


def test_the_section_becomes_an_instance_of_the_model() -> None:
    settings = validated(Greeting, {"word": "Hi", "inner": {"count": 2}}, plugin="hello")
    assert settings == Greeting(word="Hi", inner=Inner(count=2))
    assert validated(Greeting, {}, plugin="hello") == Greeting()
    assert validated(None, {}, plugin="hello") is None


@pytest.mark.parametrize(
    ("model", "section", "message"),
    [
        (Greeting, {"wrod": "Hi"}, "[plugins.hello] wrod: unknown key; allowed are inner, limit, password, word"),
        (Greeting, {"limit": "many"}, "[plugins.hello] limit: Input should be a valid integer"),
        (Greeting, {"inner": {"count": "x"}}, "[plugins.hello] inner.count: Input should be a valid integer"),
        (Greeting, {"inner": {"cuont": 1}}, "[plugins.hello] inner.cuont: Extra inputs are not permitted"),
        (Greeting, {"a": 1, "limit": None}, "limit: Input should be a valid integer; a: unknown key"),
        (Bare, {"a": 1}, "[plugins.hello] a: unknown key; allowed are none"),
        (None, {"b": 1, "a": 1}, "[plugins.hello] a, b: this plugin takes no settings; remove the section"),
    ],
)
def test_a_bad_key_is_named_as_it_stands_in_the_file(
    model: type[BaseModel] | None, section: dict[str, Any], message: str
) -> None:
    with pytest.raises(PluginLoadError) as caught:
        validated(model, section, plugin="hello")
    assert message in str(caught.value)


def test_a_value_is_never_shown() -> None:
    with pytest.raises(PluginLoadError) as caught:
        validated(Greeting, {"password": ["hunter2"], "pasword": "hunter2"}, plugin="hello")
    assert "hunter2" not in str(caught.value)
    assert caught.value.__suppress_context__
