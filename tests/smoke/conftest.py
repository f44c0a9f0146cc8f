"""Fixtures for chats with a real server about the shipped demo business."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from datetime import date
from importlib.resources import files
from itertools import count

import httpx
import pytest

from support.demo import Book, Chat, Demo
from support.server import Server


@pytest.fixture(scope="session")
def demo() -> Demo:
    """The shipped demo business."""
    return Demo(json.loads(files("pulpo_booking").joinpath("samples/demo.json").read_text("utf-8")))


@pytest.fixture(scope="module")
def days(demo: Demo) -> Iterator[date]:
    """Full days of the demo business; take as many as you need, nobody else in the module gets them."""
    return demo.full_days()


@pytest.fixture(scope="session")
def names() -> Iterator[str]:
    """User ids nobody else uses."""
    return (f"user-{number:04d}" for number in count(1))


@pytest.fixture
def new_chat(client: httpx.Client, names: Iterator[str]) -> Callable[..., Chat]:
    """Begin a conversation as somebody new: ``new_chat("es")``."""

    def begin(locale: str) -> Chat:
        return Chat(client, next(names), locale)

    return begin


@pytest.fixture
def book(server: Server) -> Book:
    """The appointment rows of the server's database."""
    return Book(server)
