from __future__ import annotations

import msgspec

from pulpo.plugins import PluginRecord


def test_a_record_survives_json() -> None:
    record = PluginRecord("hello", "active", "pulpo-hello", "1.0", {"tools": ("say_hello",)}, 1.5, "slow")
    assert msgspec.json.decode(msgspec.json.encode(record), type=PluginRecord) == record
