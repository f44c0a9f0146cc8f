"""The planner driven by the schemas of the Schema-Guided Dialogue corpus: nothing of it but its declarations.

What is counted, after Rastogi et al. (2020, "Towards Scalable Multi-domain Conversational Agents"), section 5:

- *intent*: frames of user turns whose ``active_intent`` is the tool our dialogue is about (``NONE`` included);
- *goal*: frames whose state is exactly ours: the same slots, each with one of the values that the corpus lists, dates
  and times compared by what they mean; what the system offered and the user accepted is in the state;
- *call*: recorded service calls that our tools got in the same turn with exactly the same arguments (what a call leaves
  out has its default);
- *booking*: the same, of the calls that change something; each went through a summary and the user's yes;
- *spurious*: calls that change something which the corpus does not have in that turn, or has with other arguments.

The baseline it is compared with, 90 lines of rules for this very corpus, was measured on all of these dialogues.
Figures are printed for the two thirds that the planner was developed with and for the third that nobody looked at;
without the corpus (``$PULPO_SHARED/data/sgd``) this is skipped.
"""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest

from functional.schema_guided import corpus
from functional.schema_guided.holding import Held, held
from functional.schema_guided.schema import same

BASELINE = "a 90-line rule baseline: intent .855, goal .431, call .626, booking .498, spurious 15"
OF = {"intent": "frames", "goal": "frames", "call": "calls", "booking": "bookings"}

pytestmark = [
    pytest.mark.anyio,
    pytest.mark.skipif(not corpus.SHARED, reason="PULPO_SHARED does not name a folder with data/sgd"),
]


def judge(turn: Held, score: Counter[str]) -> None:
    for frame in turn.user["frames"]:
        name, gold = frame["service"], frame["state"]
        score["frames"] += 1
        score["intent"] += turn.intents.get(name, "NONE") == gold["active_intent"]
        score["goal"] += same(turn.states.get(name, {}), gold["slot_values"])
    wanted = [frame["service_call"] for frame in turn.system["frames"] if "service_call" in frame]
    for call in wanted:
        changes = not turn.chat.tools[call["method"]].hints.read_only
        right = any(is_call(made, call, turn) for made in turn.calls)
        score.update(calls=1, call=right, bookings=changes, booking=changes and right)
    score["spurious"] += sum(
        not turn.chat.tools[made[0]].hints.read_only and not any(is_call(made, call, turn) for call in wanted)
        for made in turn.calls
    )


def is_call(made: tuple[str, dict[str, Any]], gold: Any, turn: Held) -> bool:
    if made[0] != gold["method"]:
        return False
    whole = turn.chat.tools[gold["method"]].bind(gold["parameters"])
    return same(made[1], {name: [str(value)] for name, value in whole.items()})


def figures(score: Counter[str]) -> str:
    shares = [f"{name} {score[name] / max(score[whole], 1):.3f}" for name, whole in OF.items()]
    return f"{', '.join(shares)}, spurious {score['spurious']} of {dict(score)}"


async def test_schema_guided_dialogues() -> None:
    schemas = {each["service_name"]: each for each in corpus.schemas()}
    scores: dict[bool, Counter[str]] = {False: Counter(), True: Counter()}
    for dialogue in corpus.dialogues():
        for turn in await held(schemas, dialogue):
            judge(turn, scores[corpus.is_held_out(dialogue)])
    print(f"\nall:       {figures(scores[False] + scores[True])}")
    print(f"developed: {figures(scores[False])}\nheld out:  {figures(scores[True])}")
    print(f"{BASELINE}; goal: .95/.70/.80/.80/0")
    assert scores[False]["frames"]
