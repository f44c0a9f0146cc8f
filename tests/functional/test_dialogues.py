"""The development set of dialogues, held in process: what people get, beside what single rules promise.

The goal is 95 % right end states; effects nobody asked for and leaks are never tolerated. `pulpo eval
tests/dialogues --hide-held-out` shows the transcripts of those that went wrong.
"""

from __future__ import annotations

from pathlib import Path

import anyio
import pytest

from pulpo.evaluation.cases import find_files, read_dialogues
from pulpo.evaluation.judging import Judgement, judge
from pulpo.evaluation.local import in_process
from pulpo.evaluation.runner import run_cases
from pulpo.evaluation.scoring import DEVELOPMENT, HELD_OUT, scores
from pulpo.settings import load_settings

SET = Path(__file__).parents[1] / "dialogues"
EXAMPLES = Path(__file__).parents[2] / "examples" / "dialogues"

FLOOR = 0.98
"""The share reached; the goal is 0.95. Raise it with the planner."""

SMALLEST = 60


async def held(path: Path) -> list[Judgement]:
    file = read_dialogues(path)
    overrides = {f"plugins.{name}": table for name, table in file.settings.get("plugins", {}).items()}
    settings = load_settings(environ={}, overrides=overrides)
    async with in_process(settings) as places:
        records = run_cases(file.cases, places, workspace=settings.default_workspace)
        return [judge(record) async for record in records]


@pytest.fixture(scope="module")
def judgements() -> list[Judgement]:
    """All dialogues, held once."""
    return [judgement for path in find_files([SET]) for judgement in anyio.run(held, path)]


def test_the_set_is_large_and_speaks_like_people(judgements: list[Judgement]) -> None:
    assert len(judgements) >= SMALLEST
    assert {judgement.case.locale for judgement in judgements} >= {
        "es-ES", "es-AR", "es-MX", "es-CO", "en-US", "en-GB",
    }  # fmt: skip


def test_dialogues_end_as_they_should(judgements: list[Judgement]) -> None:
    by_group = {each.group: each for each in scores(judgements)}
    for name in (DEVELOPMENT, HELD_OUT, "all"):
        each = by_group[name]
        print(f"{name}: {each.right}/{each.dialogues} {each.share:.1%} ({each.low:.1%} to {each.high:.1%})")
    # The held-out third is a measure only while nobody mends single dialogues of it: its ids stay out of the message.
    wrong = sorted(each.case.id for each in judgements if not each.right and not each.case.held_out)
    assert by_group["all"].share >= FLOOR, f"went wrong in the development part: {', '.join(wrong)}"


def test_nothing_is_done_that_nobody_asked_for(judgements: list[Judgement]) -> None:
    assert [each.case.id for each in judgements if each.count("unasked")] == []


def test_nothing_is_told_of_other_customers(judgements: list[Judgement]) -> None:
    assert [each.case.id for each in judgements if each.count("leak")] == []


def test_no_dialogue_breaks_off(judgements: list[Judgement]) -> None:
    assert [(each.case.id, each.record.error) for each in judgements if each.record.error] == []


@pytest.mark.parametrize("path", find_files([EXAMPLES]), ids=lambda path: path.name)
def test_the_examples_of_the_format_go_as_they_say(path: Path) -> None:
    assert [problem for judgement in anyio.run(held, path) for problem in judgement.problems] == []
