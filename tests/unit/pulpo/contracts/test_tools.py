from __future__ import annotations

import contextlib
import json
import threading
from datetime import date
from typing import Annotated, Any, Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel

import pulpo
from pulpo import Hints
from pulpo.errors import ToolArgumentsError

ASK = pulpo.Slot(ask={"es": "¿Qué día?", "en": "Which day?"})


@pulpo.tool
def book(
    context: pulpo.ToolContext,
    day: Annotated[date, "day of the appointment", ASK],
    kind: Literal["short", "long"],
    people: int = 1,
    note: Annotated[str | None, "what to bring"] = None,
) -> str:
    """Book an appointment.

    The salon confirms by mail.
    """
    return f"{day} {kind} {people} {note}"


GOOD = {"day": "2026-03-02", "kind": "long"}


def declared(**options: Any) -> pulpo.Tool:
    @pulpo.tool(**options)
    def example() -> None:
        """Do nothing."""

    return example


def test_the_signature_becomes_a_schema() -> None:
    properties = book.schema["properties"]
    assert book.schema["type"] == "object"
    assert book.schema["required"] == ["day", "kind"]
    assert book.schema["additionalProperties"] is False
    assert (properties["day"]["type"], properties["day"]["format"]) == ("string", "date")
    assert properties["kind"]["enum"] == ["short", "long"]
    assert list(properties) == ["day", "kind", "people", "note"]


def test_annotated_texts_become_descriptions() -> None:
    assert book.schema["properties"]["day"]["description"] == "day of the appointment"
    assert book.schema["properties"]["note"]["description"] == "what to bring"
    assert "description" not in book.schema["properties"]["kind"]


def test_the_docstring_is_what_planners_read() -> None:
    assert book.description == "Book an appointment.\n\nThe salon confirms by mail."
    assert book.name == "book"


def test_slots_and_types_are_kept_for_planners() -> None:
    assert book.slots["day"] is ASK
    assert book.slots["kind"] == pulpo.Slot()
    assert book.types == {"day": date, "kind": Literal["short", "long"], "people": int, "note": str | None}
    assert book.required == ("day", "kind")


def test_the_context_is_passed_and_never_asked_for() -> None:
    assert book.context_parameter == "context"
    assert "context" not in book.schema["properties"]
    with pytest.raises(ToolArgumentsError, match="context"):
        book.bind({**GOOD, "context": {}})
    assert declared().context_parameter == ""


def test_arguments_are_converted_and_defaults_left_to_the_function() -> None:
    values = book.bind(GOOD)
    assert values == {"day": date(2026, 3, 2), "kind": "long"}
    assert book.function(None, **values) == "2026-03-02 long 1 None"
    assert book.bind({**GOOD, "people": "3"})["people"] == 3


@pytest.mark.parametrize(
    ("arguments", "named"),
    [
        ({}, ["day", "kind"]),
        ({**GOOD, "day": "soon"}, ["day"]),
        ({**GOOD, "kind": "middle"}, ["kind"]),
        ({**GOOD, "people": 1.5, "note": 3}, ["people", "note"]),
        ({**GOOD, "dya": "2026-03-02"}, ["dya"]),
        (["2026-03-02"], ["arguments"]),
        (None, ["arguments"]),
    ],
)
def test_bad_arguments_are_named_one_by_one(arguments: Any, named: list[str]) -> None:
    with pytest.raises(ToolArgumentsError) as caught:
        book.bind(arguments)
    assert [problem.partition(":")[0] for problem in caught.value.problems] == named
    assert caught.value.tool == "book"
    assert str(caught.value).startswith("book: ")


def test_problems_do_not_repeat_what_was_sent() -> None:
    with pytest.raises(ToolArgumentsError) as caught:
        book.bind({**GOOD, "people": "hunter2", "extra": "hunter2"})
    assert "hunter2" not in str(caught.value)


def test_a_nested_problem_has_its_path() -> None:
    class Guest(BaseModel):
        age: int

    def invite(guests: list[Guest]) -> None:
        """Invite guests."""

    # The annotations of this module are strings; a local class has to be put in their place.
    invite.__annotations__["guests"] = list[Guest]
    with pytest.raises(ToolArgumentsError, match=r"guests\.1\.age: "):
        pulpo.tool(invite).bind({"guests": [{"age": 3}, {"age": "x"}]})


@given(
    arguments=st.dictionaries(
        st.sampled_from(["day", "kind", "people", "note", "else"]),
        st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.lists(st.integers()),
    )
)
def test_whatever_is_sent_is_bound_or_refused_as_an_argument(arguments: dict[str, Any]) -> None:
    with contextlib.suppress(ToolArgumentsError):
        values = book.bind(arguments)
        assert isinstance(values["day"], date)
        assert {"day", "kind"} <= set(values) <= set(arguments)


@pytest.mark.parametrize(
    ("options", "hints", "confirm"),
    [
        ({}, Hints(read_only=False, destructive=True, idempotent=False, open_world=True), True),
        ({"read_only": True}, Hints(read_only=True, destructive=False, idempotent=True, open_world=True), False),
        ({"destructive": False}, Hints(destructive=False), True),
        ({"idempotent": True, "open_world": False}, Hints(idempotent=True, open_world=False), True),
        ({"confirm": False}, Hints(), False),
        ({"read_only": True, "confirm": True}, Hints(read_only=True, destructive=False, idempotent=True), True),
    ],
)
def test_hints_have_the_defaults_of_mcp(options: dict[str, Any], hints: Hints, confirm: bool) -> None:
    tool = declared(**options)
    assert (tool.hints, tool.confirm) == (hints, confirm)


def test_options_are_kept() -> None:
    tool = declared(name="other", timeout=3.5, effect_group="booking", title={"es": "Ejemplo"}, examples={"es": ["x"]})
    assert (tool.name, tool.timeout, tool.effect_group) == ("other", 3.5, "booking")
    assert (tool.title, tool.examples) == ({"es": "Ejemplo"}, {"es": ["x"]})
    assert declared().timeout == 10


async def commits(context: pulpo.ToolContext) -> pulpo.Result:
    """Commit."""
    return await context.commit(lambda _: pulpo.Result())


async def cannot_commit() -> None:
    """Have no context."""


def sync(context: pulpo.ToolContext) -> None:
    """Be unable to await."""


def test_an_atomic_tool_is_one_that_can_commit() -> None:
    assert pulpo.tool(atomic=True)(commits).atomic
    assert not pulpo.tool(commits).atomic
    for function, options in ((cannot_commit, {}), (sync, {}), (commits, {"read_only": True})):
        with pytest.raises(ValueError, match=r"cannot be atomic: .* awaiting context\.commit"):
            pulpo.tool(atomic=True, **options)(function)


def test_a_tool_is_sync_or_async_as_its_function_is() -> None:
    @pulpo.tool
    async def waits() -> None:
        """Wait."""

    assert waits.is_async
    assert not book.is_async


def test_a_preview_is_registered_and_stays_a_function() -> None:
    @pulpo.tool
    async def tool(item: str) -> str:
        """Buy."""
        return item

    assert tool.previewer is None

    @tool.preview
    async def preview(item: str) -> pulpo.Summary:
        return pulpo.Summary("Sure?", {})

    assert tool.previewer is preview
    assert callable(preview)


def test_a_renamed_tool_is_the_same_under_another_name() -> None:
    other = book.renamed("reserve")
    assert (other.name, other.function, other.schema) == ("reserve", book.function, book.schema)
    assert book.name == "book"


def test_the_schema_is_plain_json() -> None:
    assert json.loads(json.dumps(book.schema)) == book.schema


def no_annotation(day) -> None:  # type: ignore[no-untyped-def]
    """Lack a type."""


def many(*days: int) -> None:
    """Take any number."""


def any_key(**days: int) -> None:
    """Take any key."""


@pytest.mark.parametrize(
    ("function", "parameter"),
    [(no_annotation, "day"), (many, "days"), (any_key, "days")],
    ids=["type", "args", "kwargs"],
)
def test_a_signature_that_cannot_be_a_schema_is_refused_by_name(function: Any, parameter: str) -> None:
    with pytest.raises(TypeError, match=f"tool {function.__name__}: parameter '{parameter}'"):
        pulpo.tool(function)


def no_json(lock: threading.Thread) -> None:
    """Take what JSON cannot say."""


def unknown_name(day: Daye) -> None:  # type: ignore[name-defined]  # noqa: F821
    """Misspell a type."""


def positional(day: int, /) -> None:
    """Cannot be called by keyword."""


@pytest.mark.parametrize("function", [no_json, unknown_name, positional])
def test_every_other_impossible_signature_is_refused_by_name_too(function: Any) -> None:
    with pytest.raises(TypeError, match=f"tool {function.__name__}: parameter"):
        pulpo.tool(function)


def test_a_tool_may_say_what_became_of_an_attempt() -> None:
    @pulpo.tool(confirm=False)
    async def pay() -> str:
        """Pay."""
        return "paid"

    @pay.reconcile
    async def look() -> pulpo.Result | None:
        return None

    assert pay.reconciler is look
    assert pay.renamed("charge").reconciler is look


def test_what_stands_beside_a_tool_takes_its_arguments_and_is_async() -> None:
    @pulpo.tool
    async def pay(context: pulpo.ToolContext, amount: int) -> str:
        """Pay."""
        return "paid"

    async def other(context: pulpo.ToolContext, total: int) -> None: ...

    def sync(context: pulpo.ToolContext, amount: int) -> None: ...

    async def anything(**arguments: object) -> None: ...

    with pytest.raises(TypeError, match=r"its preview must take \(context, amount\), as the tool does"):
        pay.preview(other)  # type: ignore[arg-type]
    with pytest.raises(TypeError, match="tool pay: its reconcile sync must be async"):
        pay.reconcile(sync)  # type: ignore[arg-type]
    assert pay.reconcile(anything) is anything


@pytest.mark.parametrize("wrong", [{"timeout": 0}, {"timeout": float("nan")}, {"concurrency": 0}, {"cache": -1}])
def test_limits_that_let_no_call_through_are_refused(wrong: dict[str, float]) -> None:
    with pytest.raises(ValueError, match="timeout is seconds above 0"):
        pulpo.tool(read_only=True, **wrong)  # type: ignore[call-overload]


def test_only_what_changes_nothing_may_be_cached() -> None:
    @pulpo.tool(read_only=True, cache=30.0, cache_shared=True)
    async def look() -> str:
        """Look."""
        return "x"

    assert (look.cache, look.cache_shared) == (30.0, True)
    with pytest.raises(ValueError, match="read_only=True"):
        pulpo.tool(cache=30.0)
