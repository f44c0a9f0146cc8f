from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pulpo.errors import SettingsError
from pulpo.settings import Settings, explain_settings, find_file, load_settings
from pulpo.settings.layers import variable_name
from pulpo.settings.problems import known_keys

FILE = {"host": "file", "turns.max_calls": 2, "canary.seed": "file"}
ENVIRONMENT = {"host": "environment", "turns.max_calls": 3, "canary.seed": "environment"}
OPTIONS = {"host": "option", "turns.max_calls": 4, "canary.seed": "option"}


@pytest.fixture
def written(tmp_path: Path) -> Any:
    def write(text: str) -> Path:
        path = tmp_path / "pulpo.toml"
        path.write_text(text, encoding="utf-8")
        return path

    return write


@pytest.fixture(autouse=True)
def in_an_empty_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "empty"
    folder.mkdir()
    monkeypatch.chdir(folder)


def as_toml(values: dict[str, Any]) -> str:
    return "\n".join(f"{key} = {value!r}" for key, value in values.items())


def as_variables(values: dict[str, Any]) -> dict[str, str]:
    return {variable_name(tuple(key.split("."))): str(value) for key, value in values.items()}


@pytest.mark.parametrize("key", FILE)
@pytest.mark.parametrize("in_file", [False, True])
@pytest.mark.parametrize("in_environment", [False, True])
@pytest.mark.parametrize("in_options", [False, True])
def test_the_strongest_source_that_speaks_wins(
    written: Any, key: str, in_file: bool, in_environment: bool, in_options: bool
) -> None:
    file = written(as_toml({key: FILE[key]}) if in_file else "")
    sources = {
        "file": file,
        "environ": as_variables({key: ENVIRONMENT[key]}) if in_environment else {},
        "overrides": {key: OPTIONS[key]} if in_options else {},
    }
    spoken = [(FILE, str(file), in_file), (ENVIRONMENT, "environment", in_environment), (OPTIONS, "option", in_options)]
    value, source = next(
        ((values[key], name) for values, name, there in reversed(spoken) if there), (default(key), "default")
    )
    explained = {item.key: item for item in explain_settings(**sources)}
    assert read(load_settings(**sources), key) == value
    assert explained[key].value == value
    assert explained[key].source.startswith(source)


def default(key: str) -> Any:
    return read(Settings(), key)


def read(settings: Any, key: str) -> Any:
    for part in key.split("."):
        settings = settings[part] if isinstance(settings, dict) else getattr(settings, part)
    return settings


def test_sources_add_up_table_by_table(written: Any) -> None:
    settings = load_settings(
        file=written("[turns]\nmax_steps = 3\n[variants.canary]\nplanner = 'llm'\n"),
        environ={"PULPO_TURNS__MAX_CALLS": "4", "PULPO_VARIANTS__CANARY__SETTINGS": '{"model": "m"}'},
        overrides={"turns.lease": 2},
    )
    assert (settings.turns.max_steps, settings.turns.max_calls, settings.turns.lease) == (3, 4, 2.0)
    assert settings.variants["canary"].planner == "llm"
    assert settings.variants["canary"].settings == {"model": "m"}
    assert settings.variants["stable"].planner == "rules"


def test_loading_nothing_gives_the_defaults() -> None:
    assert load_settings(environ={}) == Settings()


def test_settings_made_directly_do_not_meet_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PULPO_PORT", "1")
    assert Settings().port == 8000
    assert load_settings().port == 1


def test_the_file_in_the_current_folder_is_found_and_a_named_one_is_stronger(written: Any) -> None:
    named = written("port = 2")
    Path("pulpo.toml").write_text("port = 1", encoding="utf-8")
    assert load_settings(environ={}).port == 1
    assert load_settings(environ={"PULPO_CONFIG": str(named)}).port == 2
    assert find_file({"PULPO_CONFIG": str(named)}) == named


def test_a_named_file_that_is_not_there_is_an_error() -> None:
    with pytest.raises(SettingsError, match=r"environment variable PULPO_CONFIG.*'gone\.toml'"):
        load_settings(environ={"PULPO_CONFIG": "gone.toml"})
    with pytest.raises(SettingsError, match=r"gone\.toml: settings file: cannot be read: No such file"):
        load_settings(file=Path("gone.toml"), environ={})


def test_explaining_covers_every_field_and_agrees_with_the_settings() -> None:
    explained = {item.key for item in explain_settings(environ={})}
    fields = {".".join(key) for key in known_keys() if "<name>" not in key}
    assert fields <= explained
    assert {"variants.canary.planner", "workspaces"} <= explained
    assert not any("sections" in key for key in explained)


NAMES = st.text("abcdefghij_", min_size=1, max_size=8).filter(lambda name: not name.startswith("_"))
JSON = st.none() | st.booleans() | st.integers() | st.text(max_size=5) | st.lists(st.integers(), max_size=2)


@given(
    sections=st.dictionaries(NAMES, st.dictionaries(NAMES, JSON, max_size=3), max_size=3), port=st.integers(0, 65535)
)
def test_every_value_in_force_is_explained_once(sections: dict[str, dict[str, Any]], port: int) -> None:
    overrides = {"port": port} | {f"plugins.{name}": table for name, table in sections.items()}
    explained = explain_settings(environ={}, overrides=overrides)
    keys = [item.key for item in explained]
    assert len(keys) == len(set(keys))
    settings = load_settings(environ={}, overrides=overrides)
    assert settings.plugins.sections == sections
    for name, table in sections.items():
        for key in table:
            assert f"plugins.{name}.{key}" in keys
    assert {item.source for item in explained} <= {"default", "option --port"} | {
        f"option --set plugins.{name}" for name in sections
    }


def test_the_sample_file_shows_every_setting_with_its_default() -> None:
    sample = Path(__file__).parents[4] / "examples" / "config" / "pulpo.toml"
    written = {item.key: item for item in explain_settings(file=sample, environ={})}
    shown = {key for key, item in written.items() if item.source != "default"}
    expected = {".".join(key) for key in known_keys() if "<name>" not in key}
    expected |= {f"workspaces.demo.{field}" for field in ("name", "languages", "tz", "region")}
    expected |= {f"variants.{name}.{field}" for name in ("stable", "canary") for field in ("planner", "settings")}
    expected |= {f"prices.example-model.{field}" for field in ("currency", "input", "cached", "output")}
    assert expected - {"variants", "workspaces", "prices"} <= shown
    defaults = {item.key: item.value for item in explain_settings(environ={})}
    no_default = {"prometheus_url", "plugins.allow", "turns.max_cost"}
    no_default |= {f"rate_limit.{name}" for name in ("url", "key", "workspace", "user", "tool")} | {
        "retention.conversations"
    }
    differing = {key for key in shown & defaults.keys() if written[key].value != defaults[key]}
    assert differing == no_default
