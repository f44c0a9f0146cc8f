from typing import Annotated

import pulpo


@pulpo.tool(read_only=True, examples={"es": ["saluda a Ana"], "en": ["say hello to Ana"]})
def say_hello(name: Annotated[str, "who is greeted", pulpo.Slot(ask={"es": "¿A quién?", "en": "To whom?"})]) -> str:
    """Greet somebody by name."""
    return f"Hola, {name}!"


@pulpo.hookimpl
def pulpo_register_tools() -> list[pulpo.Tool]:
    return [say_hello]
