"""What calls of models do to the metrics."""

from __future__ import annotations

from typing import get_args

import pytest

from pulpo.contracts.planners import Finish
from pulpo_prometheus.families import OTHER
from pulpo_prometheus.models import FINISHES
from support.metrics import Page, loaded, modelled

TOKENS = "pulpo_llm_tokens_total"
COST = "pulpo_llm_cost_usd_total"


def test_the_types_of_tokens_add_up_to_all_there_were() -> None:
    page = Page()
    page.tell(modelled(cached_tokens=60))
    read = {kind: page.value(TOKENS, model="m", type=kind) for kind in ("input", "cached", "output")}
    assert read == {"input": 40, "cached": 60, "output": 10}


def test_calls_are_counted_by_why_they_ended_and_every_end_is_there_from_the_first() -> None:
    page = Page()
    page.tell(modelled(finish="error", error="ModelTimeoutError"))
    calls = {finish: page.value("pulpo_llm_calls_total", model="m", finish=finish) for finish in FINISHES}
    assert calls == dict.fromkeys(FINISHES, 0) | {"error": 1}
    assert set(FINISHES) == set(get_args(Finish))


def test_what_has_no_price_has_no_cost_and_is_not_free() -> None:
    page = Page()
    page.tell(modelled())
    assert page.value(TOKENS, model="m", type="input") == 100
    assert page.value(COST, model="m") is None
    page.tell(modelled(cost=0.25))
    page.tell(modelled(cost=0.5))
    assert page.value(COST, model="m") == 0.75


def test_models_with_a_price_are_there_before_their_first_call() -> None:
    page = Page()
    page.tell(loaded(models=("a", "b")))
    assert page.value(TOKENS, model="b", type="output") == 0
    assert page.value(COST, model="b") == 0


def test_names_that_a_provider_makes_up_are_capped() -> None:
    page = Page(max_names=1)
    for model in ("a", "b", "c"):
        page.tell(modelled(model=model, cost=1.0))
    assert page.value(TOKENS, model=OTHER, type="output") == 20
    assert page.value(COST, model=OTHER) == 2
    assert page.value("pulpo_metric_overflow_total", metric=TOKENS) == 2


@pytest.mark.parametrize(("finish", "counted"), [("refusal", 1), ("content_filter", 1), ("length", 0), ("error", 0)])
def test_a_model_that_would_not_answer_is_a_refusal(finish: str, counted: int) -> None:
    page = Page()
    page.tell(modelled(finish=finish))
    assert page.value("pulpo_refusals_total", variant="canary", kind="model") == counted


def test_calls_that_nobody_can_run_are_argument_errors_of_their_tools() -> None:
    page = Page()
    page.tell(loaded(tools=("book",)))
    page.tell(modelled(unusable=("book", "made_up", "<script>")))
    assert page.value("pulpo_tool_argument_errors_total", tool="book") == 1
    assert page.value("pulpo_tool_argument_errors_total", tool=OTHER) == 2
