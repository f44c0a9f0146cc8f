"""The plugin in the runtime: it costs nothing unused, and says what is missing."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from pulpo.assembly import running
from pulpo.errors import SettingsError
from pulpo.plugins import load_plugins
from pulpo.settings import Settings, VariantSettings
from pulpo_llm.plugin import Settings as LlmSettings


def test_whoever_uses_no_model_loads_no_client() -> None:
    script = (
        "import sys; from pulpo.plugins import load_plugins;"
        "assert 'llm' in load_plugins(only={'pulpo_llm'}).planners;"
        "print({'aiohttp', 'pulpo_llm.planner', 'pulpo_llm.client'} & set(sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "set()"


async def test_a_variant_with_wrong_settings_is_named(tmp_path: Path) -> None:
    settings = Settings(
        database_url=f"sqlite:///{tmp_path}/pulpo.db",
        variants={"canary": VariantSettings(planner="llm", settings={"base_url": "http://127.0.0.1:1/v1"})},
    )
    with pytest.raises(SettingsError, match=r"variants\.canary\.settings\.model: Field required"):
        async with running(settings, catalogue=load_plugins(only={"pulpo_llm", "pulpo_rules"})):
            pass


async def test_connections_end_with_the_server() -> None:
    settings = LlmSettings()
    await settings.close()
    session = settings.connections.session
    assert settings.connections.session is session
    await settings.close()
    assert session.closed
    assert settings.connections.session is not session
    await settings.close()
