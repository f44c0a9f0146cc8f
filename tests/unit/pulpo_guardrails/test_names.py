from __future__ import annotations

import pytest

from pulpo_guardrails.names import fits


@pytest.mark.parametrize(
    ("patterns", "fit"), [(("get_*",), True), (("*",), True), (("get_services",), True), (("GET_*", "services"), False)]
)
def test_a_star_stands_for_anything(patterns: tuple[str, ...], fit: bool) -> None:
    assert fits("get_services", patterns) is fit
