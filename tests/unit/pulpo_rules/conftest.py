"""Conversations with tools that are declarations only."""

from __future__ import annotations

import pytest

from unit.pulpo_rules.chat import Chat, chat_with
from unit.pulpo_rules.pizzeria import PIZZERIA


@pytest.fixture
def pizzeria() -> Chat:
    return chat_with(PIZZERIA)


@pytest.fixture
def english_pizzeria() -> Chat:
    return chat_with(PIZZERIA, locale="en")
