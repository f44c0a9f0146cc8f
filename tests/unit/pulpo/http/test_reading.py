"""From bytes to values."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Annotated, Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pulpo.http import reading
from pulpo.http.problems import ProblemError


class Query(msgspec.Struct, forbid_unknown_fields=True):
    limit: Annotated[int, msgspec.Meta(ge=1)] = 5
    name: str | None = None
    since: str | None = msgspec.field(default=None, name="from")


MANY = b"&".join(b"a%d=1" % number for number in range(100))

JSON = st.recursive(
    st.none() | st.booleans() | st.text(max_size=8) | st.integers(-9, 9),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=30,
)


def outcome(read: Callable[[bytes], Any], sent: bytes) -> int | None:
    """The status of the refusal, None when it is read; any other exception gets through and fails the test."""
    try:
        read(sent)
    except ProblemError as problem:
        return problem.status
    return None


def depth(value: Any) -> int:
    if isinstance(value, dict):
        return 1 + max(map(depth, value.values()), default=0)
    if isinstance(value, list):
        return 1 + max(map(depth, value), default=0)
    return 0


@given(value=JSON, limit=st.integers(0, 6))
def test_depth_is_what_a_parser_would_find(value: Any, limit: int) -> None:
    assert reading.depth_exceeds(json.dumps(value).encode(), limit) == (depth(value) > limit)


def test_brackets_in_strings_are_no_depth() -> None:
    assert not reading.depth_exceeds(json.dumps({"a": '[{"\\' * 500}).encode(), 1)
    assert not reading.depth_exceeds(b'"' + b"[" * 100, 1)


@pytest.mark.parametrize("depth", [reading.MAX_DEPTH, reading.MAX_DEPTH + 1])
def test_the_deepest_body_there_may_be(depth: int) -> None:
    read = reading.body_reader(list[Any])
    body = b"[" * depth + b"]" * depth
    if depth <= reading.MAX_DEPTH:
        assert read(body)
    else:
        with pytest.raises(ProblemError, match="deeper than 32"):
            read(body)


@given(st.binary(max_size=60))
def test_any_bytes_are_a_value_or_a_400(body: bytes) -> None:
    assert outcome(reading.body_reader(Any), body) in {None, 400}


@pytest.mark.parametrize(
    ("body", "refused"),
    [
        (rb'"\u0000"', True),
        (rb'"\\\u0000"', True),
        (rb'"\\u0000"', False),
        (rb'"\\\\u0000"', False),
        (rb'"u0000"', False),
    ],
)
def test_nul_is_refused_and_what_looks_like_it_is_not(body: bytes, refused: bool) -> None:
    read = reading.body_reader(str)
    if refused:
        with pytest.raises(ProblemError, match="NUL"):
            read(body)
    else:
        assert read(body) == json.loads(body)


@pytest.mark.parametrize(
    ("query", "limit", "name", "since"),
    [
        (b"", 5, None, None),
        (b"limit=7", 7, None, None),
        (b"name=", 5, "", None),
        (b"name=%C3%B1+a&from=2026-01-01", 5, "ñ a", "2026-01-01"),
    ],
)
def test_a_query_is_read_by_its_fields(query: bytes, limit: int, name: str | None, since: str | None) -> None:
    assert reading.query_reader(Query)(query) == Query(limit, name, since)


@pytest.mark.parametrize(
    "query",
    [
        b"limit=0",
        b"limit=x",
        b"limit=" + b"9" * 5000,
        b"more=1",
        b"limit=1&limit=2",
        b"name=%ff",
        b"name=%00",
        b"\xff",
        MANY,
    ],
)
def test_a_query_that_does_not_fit_is_a_400(query: bytes) -> None:
    with pytest.raises(ProblemError) as refused:
        reading.query_reader(Query)(query)
    assert refused.value.status == 400


@given(st.binary(max_size=40))
def test_any_query_is_a_value_or_a_400(query: bytes) -> None:
    assert outcome(reading.query_reader(Query), query) in {None, 400}


def test_a_path_parameter_that_cannot_be_an_id_is_not_found() -> None:
    assert reading.path_parameters({"id": "a"}) == {"id": "a"}
    for value in ("a\0", "x" * (reading.MAX_PARAMETER + 1)):
        with pytest.raises(ProblemError) as refused:
            reading.path_parameters({"id": value})
        assert refused.value.status == 404
