"""Errors as clients see them."""

from __future__ import annotations

import json

import pytest

from pulpo import errors
from pulpo.contracts.routes import RouteError
from pulpo.http import problems
from pulpo.http.problems import ProblemError


@pytest.mark.parametrize(
    ("error", "status", "retry_after"),
    [
        (errors.ConversationBusyError("c", retry_after=3), 409, b"3"),
        (errors.LeaseLostError(), 409, b"1"),
        (errors.ConversationNotFoundError("c"), 404, None),
        (errors.IdempotencyConflictError("k"), 422, None),
        (errors.WorkspaceNotFoundError("w", known=("demo",)), 403, None),
        (errors.StoreUnavailableError("disk full at /var/x", retry_after=2), 503, b"2"),
        (RouteError(409, "Taken", "Choose another."), 409, None),
        (RouteError(500, "Oops", "A plugin must not claim our errors."), 400, None),
        (RouteError(410, "", "A title that a plugin left out, for a status without one of ours."), 410, None),
        (ProblemError(413, "Too much"), 413, None),
    ],
)
def test_expected_errors_have_a_status(error: Exception, status: int, retry_after: bytes | None) -> None:
    problem = problems.problem_of(error)
    assert problem is not None
    assert problem.status == status
    assert dict(problem.headers).get(b"retry-after") == retry_after


@pytest.mark.parametrize("error", [ValueError("secret"), errors.PluginError("x", plugin="p")])
def test_unexpected_errors_are_nobodys_business(error: Exception) -> None:
    assert problems.problem_of(error) is None
    reply = problems.reply_of(problems.unexpected(), request_id="r", locale="en")
    assert b"secret" not in reply.body
    assert reply.status == 500


def test_what_the_store_says_of_itself_stays_here() -> None:
    problem = problems.problem_of(errors.StoreUnavailableError("disk full at /var/x"))
    assert problem is not None
    assert b"/var/x" not in problems.reply_of(problem, request_id="r", locale="en").body


@pytest.mark.parametrize(("locale", "title"), [("es-AR", "Ocupado"), ("en", "Busy"), ("fr", "Busy")])
def test_a_problem_speaks_the_callers_language(locale: str, title: str) -> None:
    problem = problems.problem_of(errors.ConversationBusyError("c", retry_after=1))
    assert problem is not None
    reply = problems.reply_of(problem, request_id="r-1", locale=locale)
    assert reply.content_type == b"application/problem+json"
    assert json.loads(reply.body) | {"detail": ""} == {
        "type": "about:blank",
        "title": title,
        "status": 409,
        "detail": "",
        "request_id": "r-1",
    }


def test_every_title_is_there_in_both_languages() -> None:
    for title in problems.TITLES.values():
        assert set(title) == {"en", "es"}
