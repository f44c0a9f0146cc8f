"""A plugin with a notebook: small enough that every expectation about it is plain."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

import pytest
from msgspec.structs import replace

import pulpo
from pulpo.contracts.tools import Result
from pulpo.conversation import Dialogue, Fact, Pending, ToolCall
from pulpo.evaluation.cases import Case, CaseTurn, Expect
from pulpo.evaluation.runner import Record, TurnRecord
from pulpo.plugins import Catalogue, load_plugins
from pulpo.settings import Settings, VariantSettings
from pulpo.store.effects import Effect
from pulpo.turns.request import TurnAnswer


class Notebook:
    """Tools that keep notes by user, and a planner that does as it is told. ``built`` counts its planners."""

    name = "obedient"
    config = None

    def __init__(self) -> None:
        self.notes: dict[str | None, list[str]] = {}
        self.built = 0

    def build(self, config: Any, tools: Any) -> Notebook:
        self.built += 1
        return self

    async def next_step(self, context: pulpo.PlanContext) -> Any:
        word, _, rest = context.turn.text.partition(" ")
        if context.results:
            yield pulpo.Answer(context.results[-1].result.text)
        elif word in ("note", "scribble"):
            call = ToolCall("1", word, {"text": rest})
            yield pulpo.Calls((call,), Dialogue(facts={"text": Fact(rest)}))
        elif word == "crash":
            raise RuntimeError("as you wish")
        else:
            yield pulpo.Answer(f"heard {context.turn.text} at {context.turn.at:%H:%M} in {context.turn.workspace.id}")

    @pulpo.hookimpl
    def pulpo_register_planners(self, settings: Any) -> Iterable[Any]:
        return [self]

    @pulpo.hookimpl
    def pulpo_register_workspaces(self, settings: Any) -> Iterable[pulpo.Workspace]:
        return [pulpo.Workspace(id="desk")]

    @pulpo.hookimpl
    def pulpo_register_tools(self, settings: Any) -> Iterable[pulpo.Tool]:
        def write(context: pulpo.ToolContext, text: str) -> Result:
            if text == "nothing":
                return Result(done=False, text="nothing to write")
            self.notes.setdefault(context.user_id, []).append(text)
            return Result({"text": text}, f"wrote {text}")

        @pulpo.tool
        async def note(context: pulpo.ToolContext, text: str) -> Result:
            """Keep a note after the user's yes."""
            return write(context, text)

        @pulpo.tool(destructive=False, confirm=False)
        async def scribble(context: pulpo.ToolContext, text: str) -> Result:
            """Keep a note without asking."""
            return write(context, text)

        @pulpo.tool(read_only=True)
        def read(context: pulpo.ToolContext) -> Result:
            """Read the user's notes."""
            notes = self.notes.get(context.user_id, [])
            return Result({"notes": notes, "at": f"{context.now:%H:%M}"}, ", ".join(notes))

        return [note, scribble, read]


@pytest.fixture
def notebook() -> Notebook:
    return Notebook()


@pytest.fixture
def catalogue(notebook: Notebook) -> Catalogue:
    return load_plugins(extra=[("notebook", notebook)], only=["pulpo_guardrails"])


@pytest.fixture
def settings() -> Settings:
    return Settings(default_workspace="desk", variants={"stable": VariantSettings(planner="obedient")})


MakeRecord = Callable[..., Record]


@pytest.fixture
def record() -> MakeRecord:
    """Make what came of a chat of one turn."""

    def make(
        *,
        expect: Expect | None = None,
        reply: str = "ok",
        effects: Iterable[tuple[str, dict[str, Any]]] = (),
        dialogue: Dialogue | None = None,
        answer: dict[str, Any] | None = None,
        case: dict[str, Any] | None = None,
        **more: Any,
    ) -> Record:
        given = TurnAnswer("c", "t", reply, "stable", "stable", "ok", (), 1.0)
        done = tuple(Effect("k", tool, "", arguments, "done", None) for tool, arguments in effects)
        turn = TurnRecord("hi", replace(given, **(answer or {})), dialogue or Dialogue(), done)
        wanted = Case(id="one", turns=(CaseTurn("hi", expect or Expect()),), **(case or {}))
        return Record(wanted, (turn,), **more)

    return make


@pytest.fixture
def waiting() -> Dialogue:
    """A dialogue in which a note waits for the user's yes."""
    return Dialogue(
        facts={"text": Fact("milk")}, pending=Pending(ToolCall("1", "note", {"text": "milk", "size": 2}), "Note milk?")
    )
