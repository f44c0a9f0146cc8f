"""Settings: default < ``pulpo.toml`` < environment < command line.

Whoever needs a value:        `model` (every setting, its default and its limits)
Whoever starts the runtime:   `load` (`load_settings`, `explain_settings`)
Whoever adds a source:        `layers` (what each source says, and under which name a person knows it)
Whoever mends a message:      `problems` (which source, which key, what is allowed), `secrets` (what is never shown)
"""

from pulpo.settings.load import SettingValue, explain_settings, find_file, load_settings, read_settings_file
from pulpo.settings.model import (
    CanarySettings,
    Origin,
    PluginsSettings,
    PriceSettings,
    RateLimitSettings,
    RolloutSettings,
    Settings,
    TurnSettings,
    VariantSettings,
    WorkspaceSettings,
)

__all__ = [
    "CanarySettings",
    "Origin",
    "PluginsSettings",
    "PriceSettings",
    "RateLimitSettings",
    "RolloutSettings",
    "SettingValue",
    "Settings",
    "TurnSettings",
    "VariantSettings",
    "WorkspaceSettings",
    "explain_settings",
    "find_file",
    "load_settings",
    "read_settings_file",
]
