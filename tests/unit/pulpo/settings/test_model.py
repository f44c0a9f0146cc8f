import subprocess
import sys

import pytest
from pydantic import ValidationError

from pulpo.settings import CanarySettings, PluginsSettings, PriceSettings, Settings, TurnSettings, VariantSettings


def test_settings_cannot_be_changed() -> None:
    with pytest.raises(ValidationError, match="frozen"):
        Settings().port = 1
    with pytest.raises(ValidationError, match="frozen"):
        Settings().turns.deadline = 1.0


def test_stable_and_canary_are_always_there_and_canary_follows_stable() -> None:
    llm = VariantSettings(planner="llm", settings={"model": "m"})
    assert Settings().variants == {"stable": VariantSettings(), "canary": VariantSettings()}
    assert Settings(variants={"stable": llm}).variants["canary"] == llm
    assert Settings(variants={"canary": llm}).variants["stable"] == VariantSettings()


def test_a_shorter_turn_leaves_time_for_the_rescue() -> None:
    assert TurnSettings().assigned_deadline == 12.0
    assert TurnSettings(deadline=60).assigned_deadline == 12.0
    assert TurnSettings(deadline=10).assigned_deadline == pytest.approx(6.0)


def test_a_canary_may_name_any_variant_there_is() -> None:
    settings = Settings(variants={"next": VariantSettings()}, canary=CanarySettings(variant="next"))
    assert settings.canary.variant == "next"


def test_prices_are_dollars_and_reading_from_the_cache_costs_the_same_unless_it_is_said() -> None:
    assert PriceSettings(input=0.5, output=2).cached == 0.5
    assert PriceSettings(input=0.5, output=2, cached=0).cached == 0
    for wrong in ({"currency": "EUR"}, {"input": -1}, {"output": float("inf")}, {"input": True}, {"unit": "token"}):
        with pytest.raises(ValidationError):
            PriceSettings.model_validate({"input": 0.5, "output": 2} | wrong)


def test_tables_of_plugins_are_collected_into_sections() -> None:
    plugins = PluginsSettings.model_validate({"deny": ["x"], "mine": {"a": 1}, "hello-plugin": {}})
    assert plugins.sections == {"mine": {"a": 1}, "hello-plugin": {}}
    assert plugins.deny == ("x",)


@pytest.mark.parametrize("percentage", [0, 0.00001, 0.1, 1])
def test_a_percentage_is_a_fraction(percentage: float) -> None:
    assert CanarySettings(percentage=percentage).percentage == percentage


def test_importing_the_settings_loads_no_server_and_no_database() -> None:
    script = "import sys, pulpo.settings; print({'litestar', 'sqlalchemy', 'click', 'rich'} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "set()"
