"""What holds for the package as a whole."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import pulpo_rules

FOLDER = Path(pulpo_rules.__file__).parent
DOMAIN = re.compile(
    r"appointment|booking|\bbook|schedul|availab|hair|barber|salon|clinic|dentist|\bstaff\b|\bslots? free|"
    r"\bturnos?\b|\bcitas?\b|reserv|\bcorte|peluquer|agend|servicio|pizza|hotel|restaurant",
    re.IGNORECASE,
)
GENERIC = ("That service isn't answering", "Ese servicio no responde")
"""Our own apology for a tool that is down speaks of a service in the word's technical sense."""


@pytest.mark.parametrize("file", sorted(FOLDER.glob("*.py")), ids=lambda file: file.name)
def test_no_word_of_any_domain(file: Path) -> None:
    code = file.read_text(encoding="utf-8")
    for phrase in GENERIC:
        code = code.replace(phrase, "")
    assert DOMAIN.findall(code) == []


def test_the_docstring_names_every_module() -> None:
    named = set(re.findall(r"`(\w+)`", pulpo_rules.__doc__ or ""))
    modules = {file.stem for file in FOLDER.glob("*.py")} - {"__init__"}
    assert named == modules
