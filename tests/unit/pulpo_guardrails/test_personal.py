from __future__ import annotations

from collections.abc import Callable

import pytest

import pulpo
from pulpo_guardrails.personal import LABELS, NOT_YOURS, PersonalData

Make = Callable[..., pulpo.PolicyContext]
LEAK = "Eva (600 99 88 77, eva@example.com) paga con 4111 1111 1111 1111."


@pulpo.tool(read_only=True)
async def customers() -> str:
    """List everybody."""
    return LEAK


@pulpo.tool(read_only=True, cache_shared=True)
async def about() -> str:
    """Tell about the business."""
    return LEAK


def result(tool: pulpo.Tool, *, effect: bool = False) -> pulpo.ToolResult:
    return pulpo.ToolResult(pulpo.ToolCall("1", tool.name, {}), "ok", pulpo.Result(text=LEAK), 1.0, effect=effect)


async def test_other_peoples_data_is_replaced_by_its_kind(context: Make) -> None:
    verdict = await PersonalData().check(context(), LEAK)
    assert (verdict.kind, verdict.text) == ("rewrite", "Eva ([teléfono], [correo]) paga con [tarjeta].")
    assert verdict.reason == "not the user's own: 1 card, 1 e-mail, 1 phone"
    in_english = await PersonalData().check(context(locale="en-GB"), LEAK)
    assert "[phone]" in in_english.text


async def test_the_users_own_data_stays(context: Make) -> None:
    mine = context("soy eva@example.com", said=["mi tarjeta: 4111111111111111"], replied=["¿600998877?"])
    assert (await PersonalData().check(mine, LEAK)).kind == "allow"


@pytest.mark.parametrize(
    ("tool", "public", "kind"),
    [(customers, (), "rewrite"), (about, (), "allow"), (customers, ("cust*",), "allow")],
)
async def test_what_is_for_everybody_stays(context: Make, tool: pulpo.Tool, public: tuple[str, ...], kind: str) -> None:
    looked = context(tools={tool.name: tool}, results=[result(tool)])
    assert (await PersonalData(public_tools=public).check(looked, LEAK)).kind == kind


async def test_what_an_agreed_change_said_stays(context: Make) -> None:
    changed = context(results=[result(customers, effect=True)])
    assert (await PersonalData().check(changed, LEAK)).kind == "allow"


async def test_what_is_listed_stays(context: Make) -> None:
    lenient = PersonalData(shown=["+34 600 998 877", "*@EXAMPLE.com"])
    verdict = await lenient.check(context(), LEAK)
    assert verdict.text == LEAK.replace("4111 1111 1111 1111", "[tarjeta]")


async def test_a_question_about_foreign_data_is_not_asked(context: Make) -> None:
    pending = pulpo.Pending(pulpo.ToolCall("1", "pay", {}), "¿Cobro a eva@example.com?")
    asking = context(pending=pending)
    verdict = await PersonalData().check(asking, f"Vale. {pending.summary}")
    assert (verdict.kind, verdict.text) == ("deny", NOT_YOURS)
    harmless = await PersonalData().check(context(pending=pulpo.Pending(pending.call, "¿Cobro?")), f"{LEAK} ok")
    assert harmless.kind == "rewrite"


def test_every_kind_has_a_label_in_both_languages() -> None:
    from typing import get_args

    from pulpo.privacy import Kind

    assert set(LABELS) == set(get_args(Kind))
    assert all({"es", "en"} <= set(texts) for texts in LABELS.values())
