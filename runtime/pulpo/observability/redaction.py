"""Takes secrets and personal data out of text before it is logged.

Patterns err on the side of hiding: a log that says ``[phone]`` where an order number stood can be lived with.
The shapes are those of `pulpo.privacy`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

from pulpo.observability.lines import EventDict, Processor
from pulpo.privacy import IDENTITIES, PATTERNS, identity, is_card

# Neither this nor the URL below begins with what may stand before it, which stays as it is anyway: a text of nothing
# but beginnings would be searched from each of them to its end, for seconds.
_NAMED = re.compile(
    r"""(?i)((?:password|passwd|pwd|passphrase|secret|token|api[_-]?key|credential|authorization|cookie)[\w-]*+
    ["']?\s*[:=]\s*["']?)(?:(Bearer|Basic)\s+)?[^\s"',;&)\]}]{4,}""",
    re.VERBOSE,
)
_PLAIN: tuple[tuple[str, re.Pattern[str]], ...] = (
    (r"\1[secret]", _NAMED),
    *((f"[{kind}]", pattern) for kind, pattern in PATTERNS if kind != "e-mail"),
    (r"\1 [token]", re.compile(r"\b(Bearer|Basic)\s+[A-Za-z0-9._~+/=-]{6,}", re.IGNORECASE)),
    (r"\1[password]@", re.compile(r"(://[^/\s:@]*:)[^/\s@]+@")),
    *((f"[{kind}]", pattern) for kind, pattern in PATTERNS if kind == "e-mail"),
)
_DIGITS = re.compile(r"(?<![\w.:-])\+?\(?\d(?:[ ().-]{0,2}\d){7,18}(?![\w:-])")
_MEASURE = re.compile(r"\d{4}-\d{2}-\d{2}(?:[ .-]\d{1,2})?|\d+\.\d+")

_SECRET_NAME = re.compile(r"(?i)key|token|secret|passw|passphrase|credential|dsn|auth")
_IN_URL = re.compile(r"://[^/\s:@]*:([^/\s@]+)@")

SHORTEST = 8
"""Characters of a value in the environment that is looked for: a shorter one would hide what is harmless."""

LONGEST = 4096
"""Characters of a text that are logged at all: bounds the work on a hostile one."""


def redact_text(text: str) -> str:
    """Return ``text``, shortened, with what looks like a secret or a person's number replaced by its kind."""
    # Both ends are kept: a traceback says most in its last line.
    shown = text if len(text) <= LONGEST else f"{text[: LONGEST // 2]} … {text[-LONGEST // 2 :]}"
    for replacement, pattern in _PLAIN:
        shown = pattern.sub(replacement, shown)
    return _DIGITS.sub(_number, IDENTITIES.sub(_identity, shown))


def known_secrets(environ: Mapping[str, str]) -> re.Pattern[str] | None:
    """Return a pattern of the very secrets that ``environ`` holds: values of names that say so, passwords in URLs."""
    named = (value for name, value in environ.items() if _SECRET_NAME.search(name))
    inside = (match[1] for value in environ.values() for match in _IN_URL.finditer(value))
    found = {value.strip() for value in (*named, *inside)}
    longest_first = sorted((it for it in found if len(it) >= SHORTEST), key=len, reverse=True)
    return re.compile("|".join(map(re.escape, longest_first))) if longest_first else None


def redactor(*, safe: frozenset[str], secrets: re.Pattern[str] | None = None) -> Processor:
    """Return a processor of log lines that redacts every value, however deep, but those of the ``safe`` keys.

    Safe are keys whose values we make ourselves from closed sets or as ids: they are most of a line. ``secrets`` are
    taken out whatever they look like.
    """
    redacted = partial(_redacted, secrets=secrets)

    def process(_logger: Any, _method: str, line: EventDict) -> EventDict:
        for key, value in line.items():
            if key not in safe and value.__class__ not in _HARMLESS:
                line[key] = redacted(value)
        return line

    return process


_HARMLESS = frozenset({int, float, bool, type(None)})


def secret_free(environ: Mapping[str, str]) -> Callable[[Any], Any]:
    """Return a function that takes out of a value, however deep, what it takes for secrets and for people's numbers
    and addresses, and the very secrets that ``environ`` holds; what is not JSON becomes its text."""
    return partial(_redacted, secrets=known_secrets(environ))


def redacted(value: Any) -> Any:
    """Return ``value`` with every text in it redacted; what is not JSON becomes its redacted text."""
    return _redacted(value, secrets=None)


def _redacted(value: Any, *, secrets: re.Pattern[str] | None) -> Any:
    if value.__class__ in _HARMLESS:
        return value
    if isinstance(value, Mapping):
        return {_text(str(key), secrets): _redacted(item, secrets=secrets) for key, item in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [_redacted(item, secrets=secrets) for item in value]
    return _text(str(value), secrets)


def _text(text: str, secrets: re.Pattern[str] | None) -> str:
    # Known secrets first: a text that is cut in the middle of one would show the rest of it.
    return redact_text(text if secrets is None else secrets.sub("[secret]", text))


def _identity(match: re.Match[str]) -> str:
    kind = identity(match)
    return f"[{kind}]" if kind else match[0]


def _number(match: re.Match[str]) -> str:
    text = match[0]
    digits = re.sub(r"\D", "", text)
    if _MEASURE.fullmatch(text):
        return text
    if is_card(digits):
        return "[card]"
    return "[phone]" if 8 < len(digits) <= 15 or text.startswith("+") else text
