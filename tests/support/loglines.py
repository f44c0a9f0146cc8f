"""A log that tests read."""

from __future__ import annotations

import json
from io import BytesIO
from typing import Any


class Lines:
    def __init__(self) -> None:
        self.stream = BytesIO()

    def read(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.stream.getvalue().splitlines()]
