"""A promised part that is missing fails the run; one that nobody promised skips."""

from __future__ import annotations

import pytest

from support.parts import PARTS, refuse_or_skip


@pytest.mark.parametrize("name", PARTS)
def test_a_promised_part_may_not_be_skipped(name: str) -> None:
    with pytest.raises(pytest.fail.Exception, match=name):
        refuse_or_skip(name, {"PULPO_REQUIRE": f"something,{name}"})


@pytest.mark.parametrize("environ", [{}, {"PULPO_REQUIRE": ""}, {"PULPO_REQUIRE": "something"}])
def test_any_other_part_is_skipped_with_what_to_do(environ: dict[str, str]) -> None:
    with pytest.raises(pytest.skip.Exception, match="apt-get install chromium"):
        refuse_or_skip("chromium", environ)
