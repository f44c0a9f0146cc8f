"""The pinned names are those of the conventions as installed."""

from __future__ import annotations

import pytest
from opentelemetry.semconv._incubating.attributes import feature_flag_attributes, gen_ai_attributes
from opentelemetry.semconv.attributes import error_attributes, exception_attributes

from pulpo_otel import names

KNOWN = {
    value
    for module in (gen_ai_attributes, feature_flag_attributes, error_attributes, exception_attributes)
    for name, value in vars(module).items()
    if name.isupper() and isinstance(value, str)
}
OURS = sorted(value for name, value in vars(names).items() if name.isupper() and "." in value)


@pytest.mark.parametrize("name", [name for name in OURS if not name.startswith("pulpo.") and name != names.FLAG])
def test_a_name_that_is_not_ours_is_a_convention(name: str) -> None:
    assert name in KNOWN


def test_operations_are_those_of_the_conventions_but_for_the_one_that_is_ours() -> None:
    known = {operation.value for operation in gen_ai_attributes.GenAiOperationNameValues}
    assert {names.INVOKE_AGENT, names.EXECUTE_TOOL, names.CHAT} <= known
    assert names.PLAN not in known, "the conventions name it by now: use their name"


def test_the_gate_would_notice_a_renaming() -> None:
    assert "gen_ai.agent.variant" not in KNOWN
