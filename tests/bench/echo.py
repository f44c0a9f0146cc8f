"""The floor of `test_http`: Litestar as its page shows it, JSON in and JSON out. ``python echo.py PORT``."""

from __future__ import annotations

import sys

import msgspec
import uvicorn
from litestar import Litestar, post


class Message(msgspec.Struct):
    message: str


@post("/chat", status_code=200)
async def echo(data: Message) -> Message:
    """Answer with what was sent."""
    return data


if __name__ == "__main__":
    uvicorn.run(Litestar([echo]), port=int(sys.argv[1]), log_level="error", http="httptools", loop="uvloop")
