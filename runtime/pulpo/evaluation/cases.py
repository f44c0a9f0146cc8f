"""The format of dialogue files: TOML, one ``[[dialogue]]`` a chat.

::

    [settings.plugins.pulpo_booking]       # optional: settings these dialogues were written for
    businesses = ["demo"]

    [defaults]                             # optional: for dialogues that do not say otherwise
    workspace = "demo"
    locale = "es-ES"
    now = "2026-11-24T10:00:00+01:00"      # the clock stands still here; without it, the real time
    user_id = "eva"                        # "" is nobody in particular
    attributes = { timezone = "Europe/Madrid" }   # as in POST /chat

    [[dialogue]]
    id = "book-in-one-message"             # unique in its file
    tags = ["book"]
    secrets = ["Pedro"]                    # must never stand in a reply: a leak
    given = [{ tool = "book", user_id = "pedro", arguments = { day = "2026-11-26" } }]   # called before the chat
    turns = [{ say = "…", expect = { reply_has = ["17:00"], pending = true } }]           # see `Expect`
    effects = [{ tool = "book", arguments = { day = "2026-11-27" } }]   # exactly what the chat may change, in order
    end = [{ tool = "list", value_has = { bookings = [{ day = "2026-11-27" }] } }]       # called after the chat
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping
from datetime import date, datetime, time
from hashlib import blake2b
from pathlib import Path
from typing import Annotated, Any, TypeVar

import msgspec
from msgspec import Meta, Struct, field

from pulpo.contracts.events import TurnOutcome
from pulpo.conversation import Json
from pulpo.errors import PulpoError

T = TypeVar("T")
Aware = Annotated[datetime, Meta(tz=True)]
Filled = Annotated[str, Meta(min_length=1)]


class DialogueFileError(PulpoError):
    """A dialogue file is not as described above; ``dialogue`` is the id or position of the one, or empty."""

    def __init__(self, message: str, *, file: Path, dialogue: str = "", key: str = "") -> None:
        where = [str(file), *([f"dialogue {dialogue}"] if dialogue else []), *([key] if key else [])]
        super().__init__(f"{': '.join(where)}: {message}")
        self.file = file
        self.dialogue = dialogue
        self.key = key


class CallPattern(Struct, frozen=True, forbid_unknown_fields=True):
    """A call of ``tool`` with at least these ``arguments``."""

    tool: Filled
    arguments: dict[str, Json] = field(default_factory=dict)


class Given(Struct, frozen=True, forbid_unknown_fields=True):
    """A call made directly, without chat or confirmation; by the dialogue's own user unless it names another."""

    tool: Filled
    arguments: dict[str, Json] = field(default_factory=dict)
    user_id: str | None = None


class EndCheck(Given, frozen=True, forbid_unknown_fields=True):
    """A read-only call made after the chat, and what its result must hold."""

    value_has: Json = None
    text_has: tuple[str | tuple[str, ...], ...] = ()
    text_lacks: tuple[str, ...] = ()


class Expect(Struct, frozen=True, forbid_unknown_fields=True):
    """What must be true of one turn.

    Texts are compared without regard to case and kind of space; in ``reply_has`` a list within the list is a
    choice. ``tools`` are calls that went well, ``calls`` are calls of any outcome, ``pending`` whether a call
    waits for a yes after it (or which), ``facts`` values the dialogue knows, ``no_facts`` names it must not know.
    """

    reply_has: tuple[str | tuple[str, ...], ...] = ()
    reply_lacks: tuple[str, ...] = ()
    tools: tuple[str, ...] = ()
    calls: tuple[CallPattern, ...] = ()
    pending: bool | CallPattern | None = None
    facts: dict[str, Json] = field(default_factory=dict)
    no_facts: tuple[str, ...] = ()
    outcome: TurnOutcome = "ok"


class CaseTurn(Struct, frozen=True, forbid_unknown_fields=True):
    """One message of the user; ``at`` moves the clock before it is sent."""

    say: Filled
    expect: Expect = Expect()
    at: Aware | None = None


class Case(Struct, frozen=True, forbid_unknown_fields=True):
    """One dialogue with all that is expected of it."""

    id: Filled
    turns: Annotated[tuple[CaseTurn, ...], Meta(min_length=1)]
    tags: tuple[Filled, ...] = ()
    workspace: str = ""
    locale: str = "es"
    now: Aware | None = None
    user_id: str | None = None
    attributes: dict[str, Json] = field(default_factory=dict)
    given: tuple[Given, ...] = ()
    effects: tuple[CallPattern, ...] = ()
    end: tuple[EndCheck, ...] = ()
    secrets: tuple[Filled, ...] = ()

    @property
    def held_out(self) -> bool:
        """Whether this is in the third, chosen by a hash of the id, that nobody should tune anything on."""
        return int.from_bytes(blake2b(self.id.encode(), digest_size=8).digest()) % 3 == 0


class DialogueFile(Struct, frozen=True):
    """A parsed file; ``settings`` are as in ``pulpo.toml``."""

    path: Path
    cases: tuple[Case, ...]
    settings: dict[str, Any]


class _Page(Struct, frozen=True, forbid_unknown_fields=True):
    """A file before its dialogues are looked at one by one, so that an error can name the one."""

    dialogue: tuple[dict[str, Any], ...]
    defaults: dict[str, Any] = field(default_factory=dict)
    settings: dict[str, Any] = field(default_factory=dict)


def read_dialogues(path: Path) -> DialogueFile:
    """Read one file; raises `DialogueFileError` naming file, dialogue and key."""
    try:
        raw = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise DialogueFileError(f"cannot be read: {error.strerror}", file=path) from error
    except ValueError as error:
        raise DialogueFileError(f"is not valid TOML: {error}", file=path) from error
    page = _converted(_plain(raw), _Page, file=path)
    cases = [_case(position, given, page.defaults, path) for position, given in enumerate(page.dialogue, start=1)]
    seen: set[str] = set()
    for case in cases:
        if case.id in seen:
            raise DialogueFileError("is there twice; ids must differ", file=path, dialogue=repr(case.id), key="id")
        seen.add(case.id)
    return DialogueFile(path, tuple(cases), page.settings)


def find_files(paths: Iterable[Path]) -> list[Path]:
    """Return the files named, and for a folder its ``*.toml`` files; raises `DialogueFileError` for an empty one."""
    found: list[Path] = []
    for path in paths:
        inside = sorted(path.glob("*.toml")) if path.is_dir() else [path]
        if not inside:
            raise DialogueFileError("this folder has no *.toml file", file=path)
        found += inside
    return found


def _case(position: int, given: Mapping[str, Any], defaults: Mapping[str, Any], path: Path) -> Case:
    name = repr(given["id"]) if isinstance(given.get("id"), str) else f"number {position}"
    return _converted({**defaults, **given}, Case, file=path, dialogue=name)


def _converted(raw: Any, kind: type[T], *, file: Path, dialogue: str = "") -> T:
    try:
        return msgspec.convert(raw, kind)
    except msgspec.ValidationError as error:
        problem, _, place = str(error).partition(" - at `$")
        key = place.rstrip("`").lstrip(".")
        raise DialogueFileError(problem, file=file, dialogue=dialogue, key=key) from error


def _plain(value: Any) -> Any:
    """TOML's own dates and times as the text that tools take and JSON holds."""
    if isinstance(value, dict):
        return {key: _plain(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_plain(item) for item in value]
    if isinstance(value, time):
        return value.isoformat("minutes")
    return value.isoformat() if isinstance(value, date | datetime) else value
