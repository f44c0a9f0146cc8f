"""The dialogues of the Schema-Guided Dialogue corpus that ``$PULPO_SHARED`` holds; nothing of them is shipped."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

SHARED = os.environ.get("PULPO_SHARED", "")
NOW = dt.datetime(2019, 3, 1, 9, tzinfo=dt.UTC)
"""The day the corpus takes place on."""


def schemas() -> list[Any]:
    """The services' schemas."""
    return list(json.loads(_read("dev_schema.json")))


def dialogues() -> list[Any]:
    """All dialogues, unchanged."""
    return [json.loads(line) for line in _read("dev_services.jsonl").splitlines()]


def is_held_out(dialogue: Mapping[str, Any]) -> bool:
    """Whether a dialogue belongs to the third that nobody looked at while the planner was made."""
    return int(hashlib.sha256(dialogue["dialogue_id"].encode()).hexdigest(), 16) % 3 == 0


def _read(name: str) -> str:
    return Path(SHARED, "data", "sgd", name).read_text("utf-8")
