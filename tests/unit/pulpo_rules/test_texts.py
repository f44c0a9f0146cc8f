"""The planner's texts by locale; `contract/test_voseo` looks at all of them in all languages."""

from __future__ import annotations

from pulpo_rules import texts


def test_voseo_where_it_is_spoken() -> None:
    assert "Probá" in texts.say(texts.OUTCOMES["error"], "es-AR")
    assert "Inténtalo" in texts.say(texts.OUTCOMES["error"], "es-MX")
    assert "try again" in texts.say(texts.OUTCOMES["error"], "en-GB")
