"""A pizzeria as a plugin: declarations and three small functions. Nothing here knows how to converse."""

from collections.abc import Sequence
from typing import Annotated

import pulpo

MENU = {"margherita": 8, "napolitana": 9, "four_cheese": 11}


async def pizzas(context: pulpo.ToolContext) -> Sequence[pulpo.Choice]:
    return [
        pulpo.Choice(value="margherita", label={"es": "Margarita", "en": "Margherita"}, synonyms=("muzzarella",)),
        pulpo.Choice(value="napolitana", label={"es": "Napolitana", "en": "Neapolitan"}, synonyms=("napo",)),
        pulpo.Choice(value="four_cheese", label={"es": "Cuatro quesos", "en": "Four cheese"}, synonyms=("4 quesos",)),
    ]


async def sizes(context: pulpo.ToolContext) -> Sequence[pulpo.Choice]:
    return [
        pulpo.Choice(value="small", label={"es": "chica", "en": "small"}, synonyms=("pequeña", "individual")),
        pulpo.Choice(value="large", label={"es": "grande", "en": "large"}, synonyms=("familiar", "big")),
    ]


PIZZA = pulpo.Slot(values=pizzas, ask={"es": "¿Qué pizza quieres?", "en": "Which pizza would you like?"})
SIZE = pulpo.Slot(values=sizes, ask={"es": "¿Qué tamaño?", "en": "What size?"})
ADDRESS = pulpo.Slot(ask={"es": "¿A qué dirección?", "en": "To which address?"})
NAME = pulpo.Slot(ask={"es": "¿A nombre de quién?", "en": "What name is it for?"}, remember=True)
NUMBER = pulpo.Slot(ask={"es": "¿Qué número de pedido?", "en": "Which order number?"})


@pulpo.tool(
    read_only=True,
    open_world=False,
    title={"es": "Ver la carta", "en": "See the menu"},
    examples={
        "es": ["¿qué pizzas tienen?", "¿cuánto cuesta una pizza?", "¿me pasas la carta?", "¿cuánto sale la grande?"],
        "en": ["what pizzas do you have?", "how much is a pizza?", "show me the menu", "which flavours are there?"],
    },
)
def see_menu(
    context: pulpo.ToolContext, pizza: Annotated[str | None, "which pizza", pulpo.Slot(values=pizzas)] = None
) -> pulpo.Result:
    """Tell what the pizzas cost."""
    told = {name: price for name, price in MENU.items() if pizza in (None, name)}
    return pulpo.Result(told, ", ".join(f"{name.replace('_', ' ')}: {price} €" for name, price in told.items()))


@pulpo.tool(
    destructive=False,
    effect_group="orders",
    title={"es": "Pedir una pizza", "en": "Order a pizza"},
    examples={
        "es": ["quiero una pizza", "quisiera pedir dos pizzas", "mándame una pizza", "para hacer un pedido"],
        "en": ["I want a pizza", "I'd like to order two pizzas", "send me a pizza", "can I place an order?"],
    },
    answers={"yes": ["mándala", "mándamela", "send it", "order it"], "no": ["no la mandes", "don't send it"]},
)
def order_pizza(
    pizza: Annotated[str, "which pizza", PIZZA],
    size: Annotated[str, "its size", SIZE],
    address: Annotated[str, "delivery address", ADDRESS],
    name: Annotated[str, "the customer's name", NAME],
    quantity: Annotated[int, "how many pizzas"] = 1,
) -> pulpo.Result:
    """Order a pizza to be delivered."""
    return pulpo.Result({"order": 7}, f"Nº 7: {quantity} x {pizza}, {size}, {address}, {name}")


@pulpo.tool(
    effect_group="orders",
    title={"es": "Cancelar un pedido", "en": "Cancel an order"},
    examples={
        "es": ["cancela mi pedido", "quiero anular el pedido", "ya no quiero la pizza que pedí"],
        "en": ["cancel my order", "I want to cancel the order", "I don't want the pizza I ordered anymore"],
    },
    answers={"yes": ["cancélalo", "cancel it"], "no": ["déjalo", "keep it"]},
)
def cancel_order(number: Annotated[int, "the order's number", NUMBER]) -> str:
    """Cancel an order that is under way."""
    return f"Nº {number}: X"


@pulpo.hookimpl
def pulpo_register_tools() -> list[pulpo.Tool]:
    return [see_menu, order_pizza, cancel_order]
