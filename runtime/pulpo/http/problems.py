"""Errors as clients see them: RFC 9457 problem+json, with the request's id.

Title and detail come in the caller's language where a person in the chat may read them; a detail says what to do
next. What an unexpected exception says is logged, never sent.
"""

from __future__ import annotations

from typing import TypeAlias

import msgspec
from msgspec import UNSET, Struct, UnsetType

from pulpo.contracts.routes import RouteError
from pulpo.conversation import Text, localized
from pulpo.errors import (
    ConversationBusyError,
    ConversationNotFoundError,
    IdempotencyConflictError,
    LeaseLostError,
    OverloadedError,
    StoreUnavailableError,
    WorkspaceNotFoundError,
)
from pulpo.http.wire import Header, Reply
from pulpo.observability.health import Trouble

Headers: TypeAlias = tuple[Header, ...]

CONTENT_TYPE = b"application/problem+json"
CLOSE: Headers = ((b"connection", b"close"),)

TITLES: dict[int, Text] = {
    400: {"en": "Bad request", "es": "Petición incorrecta"},
    401: {"en": "Who are you?", "es": "¿Quién eres?"},
    403: {"en": "Not allowed", "es": "No permitido"},
    404: {"en": "Not found", "es": "No encontrado"},
    405: {"en": "Method not allowed", "es": "Método no permitido"},
    408: {"en": "Request too slow", "es": "Petición demasiado lenta"},
    409: {"en": "Busy", "es": "Ocupado"},
    412: {"en": "Changed meanwhile", "es": "Cambió entretanto"},
    413: {"en": "Request too large", "es": "Petición demasiado grande"},
    414: {"en": "Address too long", "es": "Dirección demasiado larga"},
    415: {"en": "Unsupported media type", "es": "Tipo de contenido no admitido"},
    422: {"en": "Key used twice", "es": "Clave repetida"},
    429: {"en": "Too many messages", "es": "Demasiados mensajes"},
    431: {"en": "Headers too large", "es": "Cabeceras demasiado grandes"},
    500: {"en": "Something went wrong", "es": "Algo ha fallado"},
    503: {"en": "Not available now", "es": "No disponible ahora"},
}

BUSY: Text = {
    "en": "Your previous message is still being answered. Try again in a moment.",
    "es": "Todavía estamos respondiendo a tu mensaje anterior. Prueba de nuevo en un momento.",
}
GONE: Text = {
    "en": "There is no such conversation here. Leave conversation_id out to start a new one.",
    "es": "Esa conversación no existe aquí. Quita conversation_id para empezar una nueva.",
}
CROWDED: Text = {
    "en": "Too many people are writing at once. Nothing was done; try again in a moment.",
    "es": "Hay demasiada gente escribiendo a la vez. No se ha hecho nada; prueba de nuevo en un momento.",
}
AWAY: Text = {
    "en": "Messages cannot be stored right now. Try again in a moment; with the same Idempotency-Key nothing is done "
    "twice.",
    "es": "Ahora mismo no se pueden guardar mensajes. Prueba de nuevo en un momento; con la misma Idempotency-Key nada "
    "se hace dos veces.",
}
UNRECOGNISED: Text = {
    "en": "The database cannot be reached, so nobody can be recognised. Try again in a moment.",
    "es": "No se puede acceder a la base de datos y no se puede reconocer a nadie. Prueba de nuevo en un momento.",
}
TAKEN_OVER: Text = {
    "en": "Another server is finishing this turn. Send the message again with the same Idempotency-Key.",
    "es": "Otro servidor está terminando este turno. Envía el mensaje otra vez con la misma Idempotency-Key.",
}
BROKEN: Text = {
    "en": "The error was logged under this request id. Trying again may help.",
    "es": "El error quedó registrado con este identificador. Puede que funcione si lo intentas otra vez.",
}


class Misfit(Struct, frozen=True):
    """A place of the body (a JSON Pointer, RFC 6901) and what is wrong there."""

    pointer: str
    detail: str


class Problem(Struct, frozen=True):
    """RFC 9457's members, the id under which the request was logged, and where the body is wrong or which parts of the
    server are down, if that is known."""

    type: str
    title: str
    status: int
    detail: str
    request_id: str
    errors: tuple[Misfit, ...] | UnsetType = UNSET
    troubles: tuple[Trouble, ...] | UnsetType = UNSET


class ProblemError(Exception):
    """Raise it where a request cannot be served; ``headers`` are sent along. ``title`` is the status' own."""

    def __init__(
        self,
        status: int,
        detail: Text,
        *,
        title: Text = "",
        headers: Headers = (),
        errors: tuple[Misfit, ...] = (),
        troubles: tuple[Trouble, ...] = (),
    ) -> None:
        super().__init__(localized(detail, "en"))
        self.status = status
        self.detail = detail
        self.title = title or TITLES[status]
        self.headers = headers
        self.errors = errors
        self.troubles = troubles


def problem_of(error: Exception) -> ProblemError | None:
    """Return how an expected error is told to the client, or None for one that nobody expected."""
    match error:
        case ProblemError():
            return error
        case RouteError():
            status = error.status if 400 <= error.status < 500 else 400
            errors = tuple(Misfit(pointer, detail) for pointer, detail in error.errors)
            title = error.title or TITLES.get(status, TITLES[400])
            return ProblemError(status, error.detail, title=title, errors=errors)
        case ConversationBusyError():
            return ProblemError(409, BUSY, headers=(_retry_after(error.retry_after),))
        case OverloadedError():
            return ProblemError(503, CROWDED, headers=(_retry_after(error.retry_after),))
        case LeaseLostError():
            return ProblemError(409, TAKEN_OVER, headers=(_retry_after(1),))
        case ConversationNotFoundError():
            return ProblemError(404, GONE)
        case IdempotencyConflictError():
            return ProblemError(422, str(error))
        case WorkspaceNotFoundError():
            return ProblemError(403, str(error))
        case StoreUnavailableError():
            return ProblemError(503, AWAY, headers=(_retry_after(error.retry_after),))
        case _:
            return None


def reply_of(problem: ProblemError, *, request_id: str, locale: str) -> Reply:
    """Write the problem out."""
    body = Problem(
        "about:blank",
        localized(problem.title, locale),
        problem.status,
        localized(problem.detail, locale),
        request_id,
        problem.errors or UNSET,
        problem.troubles or UNSET,
    )
    return Reply(
        body=msgspec.json.encode(body), status=problem.status, content_type=CONTENT_TYPE, headers=problem.headers
    )


def unrecognised(error: StoreUnavailableError) -> ProblemError:
    """What is told to somebody whose key cannot be checked: no more than ``/health/ready`` tells anybody."""
    troubles = (Trouble("database", "It cannot be reached."),)
    return ProblemError(503, UNRECOGNISED, headers=(_retry_after(error.retry_after),), troubles=troubles)


def unexpected() -> ProblemError:
    """What a client is told of an error that nobody expected."""
    return ProblemError(500, BROKEN)


def _retry_after(seconds: int) -> Header:
    return (b"retry-after", b"%d" % seconds)
