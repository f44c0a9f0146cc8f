"""A pizzeria made of declarations only: what a plugin's author writes, and nothing else."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated

import pulpo


async def pizzas(context: pulpo.ToolContext) -> Sequence[pulpo.Choice]:
    return [
        pulpo.Choice(value="margherita", label={"es": "Margarita", "en": "Margherita"}),
        pulpo.Choice(value="napolitana", label={"es": "Napolitana", "en": "Neapolitan"}),
        pulpo.Choice(value="four_cheese", label={"es": "Cuatro quesos", "en": "Four cheese"}, synonyms=("4 quesos",)),
    ]


async def sizes(context: pulpo.ToolContext) -> Sequence[pulpo.Choice]:
    return [
        pulpo.Choice(value="small", label={"es": "chica", "en": "small"}, synonyms=("pequeña", "individual")),
        pulpo.Choice(value="large", label={"es": "grande", "en": "large"}, synonyms=("familiar", "big")),
    ]


@pulpo.tool(
    read_only=True,
    title={"es": "Ver la carta y los precios", "en": "See the menu and prices"},
    examples={
        "es": ["qué pizzas tienen", "cuánto cuesta una napolitana", "me pasás la carta", "qué gustos hay",
               "precio de la margarita", "cuánto sale la grande", "ver el menú"],
        "en": ["what pizzas do you have", "show me the menu", "how much is a large one", "price of the margherita",
               "which flavours are there"],
    },
)  # fmt: skip
def see_menu(pizza: Annotated[str | None, pulpo.Slot(values=pizzas)] = None) -> pulpo.Result:
    """List the pizzas and what they cost."""
    return pulpo.Result({"margherita": 8}, f"MENU({pizza or 'all'})")


@pulpo.tool(
    title={"es": "Pedir una pizza", "en": "Order a pizza"},
    effect_group="orders",
    examples={
        "es": ["quiero pedir una pizza", "mandame una napolitana grande", "quisiera encargar dos pizzas",
               "quiero una margarita", "hacer un pedido", "para pedir", "me traes una pizza"],
        "en": ["I want to order a pizza", "send me a large margherita", "I'd like two pizzas", "can I get a pizza",
               "place an order", "order a four cheese"],
    },
)  # fmt: skip
def order_pizza(
    pizza: Annotated[
        str,
        "which pizza",
        pulpo.Slot(values=pizzas, ask={"es": "¿Qué pizza querés?", "en": "Which pizza would you like?"}),
    ],
    size: Annotated[str, "its size", pulpo.Slot(values=sizes, ask={"es": "¿Qué tamaño?", "en": "What size?"})],
    address: Annotated[
        str, "delivery address", pulpo.Slot(ask={"es": "¿A qué dirección?", "en": "To which address?"}, remember=True)
    ],
    name: Annotated[
        str, "the customer's name", pulpo.Slot(ask={"es": "¿A nombre de quién?", "en": "What name?"}, remember=True)
    ],
    quantity: Annotated[int, "how many pizzas"] = 1,
) -> pulpo.Result:
    """Order a pizza to be delivered."""
    return pulpo.Result({"order": 7}, f"ORDERED {quantity} {pizza} {size} to {address} for {name}")


@pulpo.tool(
    title={"es": "Cancelar un pedido", "en": "Cancel an order"},
    effect_group="orders",
    examples={
        "es": ["cancelar mi pedido", "quiero anular el pedido", "cancelá la pizza que pedí", "no quiero más el pedido"],
        "en": ["cancel my order", "I want to cancel the order", "please cancel the pizza I ordered"],
    },
)
def cancel_order(
    number: Annotated[int, "the order's number", pulpo.Slot(ask={"es": "¿Qué número?", "en": "Which number?"})],
) -> str:
    """Cancel an order that is under way."""
    return f"CANCELLED {number}"


@pulpo.tool(read_only=True)
def say_hello(name: str) -> str:
    """Greet somebody by name."""
    return f"Hola, {name}!"


PIZZERIA = (see_menu, order_pizza, cancel_order)
