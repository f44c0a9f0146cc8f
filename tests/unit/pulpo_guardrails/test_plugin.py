from __future__ import annotations

import tomllib
from pathlib import Path

import pytest
from pydantic import ValidationError

from pulpo_guardrails.plugin import GuardrailSettings, pulpo_register_policies

SAMPLE = Path(__file__).parents[3] / "examples" / "config" / "pulpo.toml"


def names(**settings: object) -> list[str]:
    return [policy.name for policy in pulpo_register_policies(GuardrailSettings.model_validate(settings))]


def test_only_policies_with_something_to_check_are_registered() -> None:
    assert names() == ["message_size", "provenance", "answer_rules"]
    assert "tool_access" in names(scope_tools={"chat": ["get_*"]})


def test_a_pattern_that_is_none_is_refused_with_the_reason() -> None:
    with pytest.raises(ValidationError, match="not a regular expression"):
        GuardrailSettings.model_validate({"forbidden": ["("]})


def test_the_sample_configuration_shows_every_setting_with_its_default() -> None:
    shown = tomllib.loads(SAMPLE.read_text("utf-8"))["plugins"]["pulpo_guardrails"]
    assert set(shown) == set(GuardrailSettings.model_fields)
    assert GuardrailSettings.model_validate(shown) == GuardrailSettings()
