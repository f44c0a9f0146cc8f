"""How a call of a model can fail.

::

    ModelError                  `passing`: worth another try
    ├── ModelUnreachableError   no connection, or it was lost
    ├── ModelTimeoutError       no complete response in time
    ├── ModelStatusError        the server refused: 429, 500, …
    └── ModelResponseError      what came is not the protocol, or nobody can use it
"""

from __future__ import annotations

from typing import Final

PASSING: Final = frozenset({408, 429, 500, 502, 503, 504})
"""Statuses of troubles that pass."""


class ModelError(Exception):
    """A call of a model failed. ``passing`` says that the same request may well work now."""

    passing: bool = False


class ModelUnreachableError(ModelError):
    """There was no connection, or it was lost before the response was complete."""

    passing = True


class ModelTimeoutError(ModelError):
    """The response was not complete in time, however busily it came."""


class ModelStatusError(ModelError):
    """The server answered with an error; ``retry_after`` are the seconds it asks to wait, if it said so."""

    def __init__(self, status: int, *, code: str = "", retry_after: float | None = None) -> None:
        super().__init__(f"the model's server said {status}" + (f" ({code})" if code else ""))
        self.status = status
        self.retry_after = retry_after
        self.passing = status in PASSING


class ModelResponseError(ModelError):
    """What came cannot be used; ``kind`` says why: ``protocol``, ``huge``, ``cut``, ``empty``, ``malformed``,
    ``unknown``, ``repeated``."""

    def __init__(self, kind: str, message: str) -> None:
        super().__init__(message)
        self.kind = kind
        # A page of a proxy is gone a moment later; a model that answers nonsense has been asked again already.
        self.passing = kind == "protocol"
