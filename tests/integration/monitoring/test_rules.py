"""Every alert fires when it should and is silent when it should be, as Prometheus itself evaluates the rules."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from pulpo.observability.alerts import ALERTS, BURNING, Alert
from pulpo.observability.slo import BURNS, LEAST_BAD, OBJECTIVES, Burn, Objective
from support.documents import ROOT
from support.promtool import STEP, Counted, Shown, Story, run, tell

MONITORING = ROOT / "monitoring"
RULES = sorted((MONITORING / "prometheus" / "rules").glob("*.yaml"))
PAGES = {1.0: 1, 0.2: 5, 0.1: 9, 0.05: 18, 0.02: 44}
"""Minutes until somebody is paged, by the share of turns that fail."""

REQUESTS = 'pulpo_orchestrator_requests_total{variant="stable",served_by="stable",outcome="%s"}'
BUCKET = 'pulpo_orchestrator_duration_seconds_bucket{variant="stable",le="%s"}'
COUNT = 'pulpo_orchestrator_duration_seconds_count{variant="stable"}'


def turns(outcome: str, *parts: tuple[float, float]) -> Counted:
    return Counted(REQUESTS % outcome, parts)


def durations(minutes: float, buckets: dict[str, float]) -> list[Counted]:
    total = buckets["+Inf"]
    return [
        *(Counted(BUCKET % edge, [(minutes, count)]) for edge, count in buckets.items()),
        Counted(COUNT, [(minutes, total)]),
    ]


def failing(objective: Objective, share: float, *, minutes: float, pace: float = 20_000) -> list[Counted]:
    """Traffic of which ``share`` is bad under the objective; ``pace`` is turns at each step."""
    if objective.seconds is not None:
        return durations(minutes, {f"{objective.seconds}": pace * (1 - share), "+Inf": pace})
    return [turns("ok", (minutes, pace * (1 - share))), turns("error", (minutes, pace * share))]


def burning(objective: Objective, burn: Burn, alert: Alert) -> Iterator[Story]:
    most = burn.rate * objective.budget
    fast, slow = failing(objective, most * 1.2, minutes=30), failing(objective, most * 0.9, minutes=30)
    yield Story(f"{alert.name} fires", alert.name, fast, {30: True})
    yield Story(f"{alert.name} is silent below its rate", alert.name, slow, {30: False})
    yield Story(
        f"{alert.name} is silent at three bad turns but one",
        alert.name,
        failing(objective, 1.0, minutes=1, pace=1),
        {1: False},
    )


def gauge_or_counter() -> Iterator[Story]:
    """The alerts that look at one number."""
    for alert, bad, good in (
        (
            "PulpoErrorRateHigh",
            [turns("ok", (10, 94)), turns("rescued", (10, 6))],
            [turns("ok", (10, 95)), turns("rescued", (10, 5))],
        ),
        (
            "PulpoLatencyHigh",
            durations(10, {"2.5": 90, "3.0": 94, "5.0": 100, "+Inf": 100}),
            durations(10, {"2.5": 90, "3.0": 95, "5.0": 100, "+Inf": 100}),
        ),
        (
            "PulpoCircuitBreakerOpen",
            [Shown('pulpo_active_circuit_breakers{state="open",instance="a"}', [(10, 1)])],
            [
                Shown('pulpo_active_circuit_breakers{state="open",instance="a"}', [(10, 0)]),
                Shown('pulpo_active_circuit_breakers{state="half_open",instance="a"}', [(10, 1)]),
            ],
        ),
        (
            "PulpoRateLimitHits",
            [Counted('pulpo_rate_limit_hits_total{scope="ip"}', [(9, 0), (1, 1)])],
            [Counted('pulpo_rate_limit_hits_total{scope="ip"}', [(10, 0)])],
        ),
        ("PulpoTargetDown", [Shown('up{job="pulpo"}', [(10, 0)])], [Shown('up{job="pulpo"}', [(10, 1)])]),
        (
            "PulpoCanaryRolledBack",
            [Counted('pulpo_canary_rollbacks_total{guardrail="error"}', [(9, 0), (0.5, 1), (0.5, 0)])],
            [Counted('pulpo_canary_rollbacks_total{guardrail="error"}', [(10, 0)])],
        ),
        (
            "PulpoCanaryConfigInvalid",
            [
                Shown('pulpo_canary_config_valid{instance="a"}', [(10, 1)]),
                Shown('pulpo_canary_config_valid{instance="b"}', [(10, 0)]),
            ],
            [Shown('pulpo_canary_config_valid{instance="a"}', [(10, 1)])],
        ),
        (
            "PulpoMetricOverflow",
            [Counted('pulpo_metric_overflow_total{metric="x"}', [(9, 0), (1, 3)])],
            [Counted('pulpo_metric_overflow_total{metric="x"}', [(10, 0)])],
        ),
        (
            "PulpoLLMCostBurn",
            [Counted('pulpo_llm_cost_usd_total{model="m"}', [(60, 0.1)])],
            [Counted('pulpo_llm_cost_usd_total{model="m"}', [(60, 0.05)])],
        ),
    ):
        minute = 60.0 if alert == "PulpoLLMCostBurn" else 10.0
        yield Story(f"{alert} fires", alert, bad, {minute: True})
        yield Story(f"{alert} is silent", alert, good, {minute: False})


def sure(*parts: tuple[float, float, float]) -> list[Counted]:
    """Turns of which so many were sure (above 0.9) and so many were not (0.3 to 0.4), in parts of so many hours."""
    series = 'pulpo_planner_confidence_%s{variant="stable"%s}'
    doubtful = [(hours * 60, doubts) for hours, _, doubts in parts]
    all_of_them = [(hours * 60, sure + doubts) for hours, sure, doubts in parts]
    return [
        Counted(series % ("bucket", ',le="0.3"'), [(hours * 60, 0) for hours, _, _ in parts]),
        *(Counted(series % ("bucket", f',le="{edge}"'), doubtful) for edge in ("0.4", "0.9")),
        Counted(series % ("bucket", ',le="+Inf"'), all_of_them),
        Counted(series % ("count", ""), all_of_them),
    ]


def drifting() -> Iterator[Story]:
    """An hour of nine sure turns in ten, then one of another share; the pace is turns a step of half a minute."""
    alert, calm, end = "PulpoPlannerDrift", (1.0, 9.0, 1.0), 120.0
    yield Story(f"{alert} fires", alert, sure(calm, (1, 6, 4)), {end: True})
    yield Story(f"{alert} is silent while nothing changes", alert, sure(calm, calm), {end: False})
    yield Story(f"{alert} is silent about a little", alert, sure(calm, (1, 7, 3)), {end: False})
    yield Story(f"{alert} is silent about few turns", alert, sure(calm, (1, 0.3, 0.5)), {end: False})
    yield Story(f"{alert} is silent without a past", alert, sure((1, 0.9, 0.1), (1, 1, 9)), {end: False})


STORIES = [
    *gauge_or_counter(),
    *drifting(),
    *(
        story
        for (objective, burn), alert in zip(
            ((objective, burn) for objective in OBJECTIVES for burn in BURNS), BURNING, strict=True
        )
        for story in burning(objective, burn, alert)
    ),
]


def test_every_alert_has_a_story_in_which_it_fires_and_one_in_which_it_does_not() -> None:
    told = {(story.alert, fires) for story in STORIES for fires in story.fires.values()}
    assert told == {(alert.name, fires) for alert in ALERTS for fires in (True, False)}


def test_the_stories_come_true(tmp_path: Path) -> None:
    result = tell(STORIES, RULES, tmp_path)
    assert result.returncode == 0, result.stdout + result.stderr


def test_a_story_that_is_not_true_is_noticed(tmp_path: Path) -> None:
    story = Story("never", "PulpoTargetDown", [Shown('up{job="pulpo"}', [(10, 1)])], {10: True})
    assert tell([story], RULES, tmp_path).returncode != 0


@pytest.mark.parametrize(("share", "minutes"), PAGES.items())
def test_somebody_is_paged_in_time(share: float, minutes: float, tmp_path: Path) -> None:
    calm, pace = 70, 30.0
    fires = {calm + minutes - 1: False, calm + minutes + STEP / 60: True}
    series = [
        turns("ok", (calm, pace), (60, pace * (1 - share))),
        turns("error", (calm, 0), (60, pace * share)),
    ]
    story = Story(f"{share:.0%}", "PulpoAvailabilityBurnFast", series, fires)
    result = tell([story], RULES, tmp_path)
    assert result.returncode == 0, result.stdout + result.stderr


def single_error(*, pages: bool) -> Story:
    """An error in the middle of 60 turns an hour: 1.7 %, more than an hour of a 99.9 % objective bears."""
    every_minute = [(0.5, 0.0), (0.5, 1.0)]
    series = [
        Counted(REQUESTS % "ok", every_minute * 75),
        Counted(REQUESTS % "error", [(60, 0), (0.5, 1), (14.5, 0)]),
    ]
    critical = "|".join(alert.name for alert in ALERTS if alert.severity == "critical")
    return Story("one error", critical, series, {61.5: pages, 62: pages, 63: pages, 74: pages})


def test_a_single_error_pages_nobody_in_a_quiet_hour(tmp_path: Path) -> None:
    result = tell([single_error(pages=False)], RULES, tmp_path)
    assert result.returncode == 0, result.stdout + result.stderr


def test_without_the_least_number_of_bad_turns_it_would(tmp_path: Path) -> None:
    careless = tmp_path / "careless.yaml"
    text = "\n".join(path.read_text("utf-8").replace("groups:\n", "") for path in RULES)
    careless.write_text("groups:\n" + text.replace(f"> {LEAST_BAD:g}", "> 0"), encoding="utf-8")
    result = tell([single_error(pages=True)], [careless], tmp_path)
    assert result.returncode == 0, result.stdout + result.stderr


def test_the_files_are_clean() -> None:
    for command in (
        ("promtool", "check", "rules", "--lint=all", "--lint-fatal", *map(str, RULES)),
        ("promtool", "check", "config", str(MONITORING / "prometheus" / "prometheus.yml")),
        ("amtool", "check-config", str(MONITORING / "alertmanager" / "alertmanager.yml")),
    ):
        result = run(*command)
        assert result.returncode == 0, result.stdout + result.stderr
