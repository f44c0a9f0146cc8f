"""Totals, pictures and windows."""

from __future__ import annotations

from dataclasses import dataclass, field

from pulpo.contracts.events import RateLimited
from pulpo.observability.recent import KEPT, MOST_TOOLS, SAMPLE, Recent
from support.metrics import called, finished, loaded


@dataclass
class Watch:
    now: float = 0.0
    recent: Recent = field(init=False)

    def __post_init__(self) -> None:
        self.recent = Recent(clock=lambda: self.now)

    def tell(self, event: object) -> None:
        self.recent.handlers[type(event)](event)  # type: ignore[index]

    def pass_seconds(self, seconds: int) -> None:
        for _ in range(seconds):
            self.now += 1
            self.recent.look()


def test_a_window_holds_what_came_in_it() -> None:
    watch = Watch()
    watch.tell(finished(outcome="error", duration=4.0))
    watch.pass_seconds(20)
    watch.tell(finished(duration=0.2))
    watch.pass_seconds(10)
    watch.tell(finished(duration=0.2))
    lately = watch.recent.window(15)
    assert (lately.outcomes, sum(lately.buckets)) == ({"error": 0, "ok": 2}, 2)
    assert watch.recent.window(60).outcomes == {"error": 1, "ok": 2}
    assert watch.recent.window(60).at == 0.0
    watch.tell(RateLimited("demo", "user"))
    assert watch.recent.window(15).limited == {"user": 1}


def test_memory_is_bounded() -> None:
    watch = Watch()
    watch.pass_seconds(2 * KEPT)
    assert watch.recent.window(10**6).at == KEPT + 1
    for number in range(MOST_TOOLS + 5):
        watch.tell(called(f"tool{number}"))
    assert len(watch.recent.tools) == MOST_TOOLS
    for _ in range(2 * SAMPLE):
        watch.tell(called("tool0"))
    assert len(watch.recent.tools["tool0"].seconds) == SAMPLE
    assert watch.recent.tools["tool0"].outcomes["ok"] == 2 * SAMPLE + 1


def test_names_that_a_planner_made_up_are_not_kept() -> None:
    watch = Watch()
    watch.tell(loaded(tools=("book",)))
    watch.tell(called("book", outcome="invalid"))
    watch.tell(called("ana@example.com", outcome="invalid"))
    assert {name: dict(tally.outcomes) for name, tally in watch.recent.tools.items()} == {"book": {"invalid": 1}}


def test_steps_keep_their_borders_and_lose_no_turn() -> None:
    watch = Watch()
    watch.pass_seconds(7)
    watch.tell(finished(outcome="rescued", duration=0.2))
    watch.pass_seconds(17)
    watch.tell(finished(duration=0.2))
    steps = watch.recent.steps(10)
    assert [(seconds, it.at, sum(it.outcomes.values())) for seconds, it in steps] == [
        (10, 0, 1),
        (10, 10, 0),
        (4, 20, 1),
    ]
    watch.pass_seconds(2 * KEPT)
    assert len(watch.recent.steps(10)) == KEPT // 10
    assert {it.at % 10 for _, it in watch.recent.steps(10)} == {0}
