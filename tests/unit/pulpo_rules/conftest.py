"""Conversations with tools that are declarations only."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from unit.pulpo_rules.chat import Chat, chat_with
from unit.pulpo_rules.pizzeria import PIZZERIA
from unit.pulpo_rules.salon import FileDatabase, open_database, salon_chat


@pytest.fixture
def pizzeria() -> Chat:
    return chat_with(PIZZERIA)


@pytest.fixture
def english_pizzeria() -> Chat:
    return chat_with(PIZZERIA, locale="en")


@pytest.fixture
def database(tmp_path: Path) -> Iterator[FileDatabase]:
    opened = open_database(tmp_path / "salon.db")
    yield opened
    opened.engine.dispose()


@pytest.fixture
def chat(database: FileDatabase) -> Chat:
    return salon_chat(database)


@pytest.fixture
def english(database: FileDatabase) -> Chat:
    return salon_chat(database, locale="en-GB")
