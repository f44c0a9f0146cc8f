import pytest

from pulpo.errors import SettingsError
from pulpo.settings import load_settings
from pulpo.settings.layers import NOT_SETTINGS, place, read_environment, variable_key, variable_name


def test_a_variable_and_its_key_are_each_others_inverse() -> None:
    assert variable_key("PULPO_TURNS__MAX_CALLS") == ("turns", "max_calls")
    assert variable_name(("turns", "max_calls")) == "PULPO_TURNS__MAX_CALLS"
    assert variable_key("CANARY_STRATEGY") == ("canary", "strategy")


@pytest.mark.parametrize("name", [*sorted(NOT_SETTINGS), "HOME", "PATH", "CANARY_OTHER"])
def test_variables_that_are_no_settings_are_passed_over(name: str) -> None:
    assert read_environment({name: "x"}).values == {}


def test_what_kubernetes_makes_for_a_service_named_pulpo_is_passed_over() -> None:
    links = {
        "PULPO_SERVICE_HOST": "10.0.0.1",
        "PULPO_SERVICE_PORT": "80",
        "PULPO_SERVICE_PORT_HTTP": "80",
        "PULPO_PORT": "tcp://10.0.0.1:80",
        "PULPO_PORT_80_TCP": "tcp://10.0.0.1:80",
        "PULPO_PORT_80_TCP_ADDR": "10.0.0.1",
        "PULPO_METRICS_SERVICE_HOST": "10.0.0.2",
        "PULPO_METRICS_PORT": "tcp://10.0.0.2:80",
    }
    assert load_settings(environ=links).port == 8000


def test_an_empty_variable_counts_as_absent() -> None:
    assert load_settings(environ={"PULPO_PORT": "", "CANARY_ENABLED": ""}).port == 8000


def test_a_plain_canary_variable_and_its_long_form_may_agree_but_not_differ() -> None:
    both = {"CANARY_PERCENTAGE": "0.1", "PULPO_CANARY__PERCENTAGE": "0.1"}
    assert load_settings(environ=both).canary.percentage == 0.1
    with pytest.raises(SettingsError, match="contradicts the environment variable CANARY_PERCENTAGE"):
        load_settings(environ=both | {"PULPO_CANARY__PERCENTAGE": "0.5"})


@pytest.mark.parametrize("text", ["a, b", '["a", "b"]'])
def test_a_list_is_written_with_commas_or_as_json(text: str) -> None:
    assert load_settings(environ={"PULPO_PLUGINS__DENY": text}).plugins.deny == ("a", "b")


def test_a_table_as_json_and_a_key_of_it_add_up() -> None:
    environ = {"PULPO_TURNS": '{"max_calls": 3}', "PULPO_TURNS__MAX_STEPS": "4"}
    turns = load_settings(environ=environ).turns
    assert (turns.max_calls, turns.max_steps) == (3, 4)


def test_a_plugin_value_stays_text_for_its_own_model_to_read() -> None:
    sections = load_settings(environ={"PULPO_PLUGINS__MINE__CODE": "007"}).plugins.sections
    assert sections == {"mine": {"code": "007"}}


def test_a_value_and_a_table_at_one_key_are_refused() -> None:
    values: dict[str, object] = {"port": 1}
    with pytest.raises(SettingsError, match="both as a value and as a table"):
        place(values, ("port", "x"), 2, source="here")
