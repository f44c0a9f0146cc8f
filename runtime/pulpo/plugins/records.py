"""What is known of one plugin after discovery, in values that serialise."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal, TypeAlias

from msgspec import Struct, field

PluginState: TypeAlias = Literal["active", "quarantined", "blocked"]
"""``quarantined``: it failed, ``reason`` says how; ``blocked``: ``[plugins]`` allow or deny kept it out."""


class PluginRecord(Struct, frozen=True):
    """One plugin: its entry-point ``name``, who ships it, and what it adds.

    ``contributes`` maps kinds (``tools``, ``policies``, … as the catalogue calls them) to names, and is empty
    unless the plugin is active. ``import_ms`` is how long its import took. ``reason`` says why it is not
    active; on an active plugin it is a remark its author should read (a slow import), or empty.
    """

    name: str
    state: PluginState
    distribution: str = ""
    version: str = ""
    contributes: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    import_ms: float = 0.0
    reason: str = ""
