from __future__ import annotations

import pytest

import pulpo
from pulpo_rules import render

CALL = pulpo.ToolCall("c00", "t", {})


@pytest.mark.parametrize(
    ("value", "es", "en"),
    [
        ("2026-11-24", "martes 24 de noviembre", "Tuesday 24 November"),
        ("2026-13-40", "2026-13-40", "2026-13-40"),
        (True, "sí", "yes"),
        (3.5, "3.5", "3.5"),
        ({"unit_price": 3, "none": None}, "unit price: 3", "unit price: 3"),
        (["a", "b"], "a, b", "a, b"),
        (["x" * 30, "y"], f"- {'x' * 30}\n- y", f"- {'x' * 30}\n- y"),
    ],
)
def test_values(value: object, es: str, en: str) -> None:
    assert render.value(value, "es") == es
    assert render.value(value, "en") == en


def test_either() -> None:
    assert render.either(["a", "b", "c"], "es") == "a, b o c"
    assert render.either(["a"], "en") == "a"
    assert render.either([], "en") == ""


@pytest.mark.parametrize(
    ("result", "text"),
    [
        (pulpo.ToolResult(CALL, "ok", pulpo.Result({"a": 1}, "Dicho."), 0.0), "Dicho."),
        (pulpo.ToolResult(CALL, "ok", pulpo.Result({"a": 1}), 0.0), "a: 1"),
        (pulpo.ToolResult(CALL, "ok", pulpo.Result(), 0.0), "No he encontrado nada."),
        (pulpo.ToolResult(CALL, "ok", pulpo.Result(), 0.0, "", True), "Hecho."),
        (pulpo.ToolResult(CALL, "timeout", pulpo.Result(), 0.0, "secret"), "Está tardando demasiado."),
        (pulpo.ToolResult(CALL, "denied", pulpo.Result(text="Así no."), 0.0, "secret"), "Así no."),
    ],
)
def test_results(result: pulpo.ToolResult, text: str) -> None:
    assert render.result(result, "es").startswith(text)
    assert "secret" not in render.result(result, "es")


@pytest.mark.parametrize(
    ("value", "es", "en"),
    [("2026-12-01", "el martes 1 de diciembre", "Tuesday 1 December"), ("17:00", "17:00", "17:00"), ("a", "a", "a")],
)
def test_days_in_a_spanish_question_have_their_article(value: object, es: str, en: str) -> None:
    assert (render.with_article(value, "es-ES"), render.with_article(value, "en-GB")) == (es, en)
