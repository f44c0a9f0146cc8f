"""What an answer may look like: its length, its links, no markup, no forbidden phrase."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final
from urllib.parse import urlsplit

from msgspec.structs import replace

import pulpo
from pulpo_guardrails.known import unknown
from pulpo_guardrails.personal import PersonalData

LINK_GONE: Final = {"es": "[enlace retirado]", "en": "[link removed]"}

_ACTIVE: Final = re.compile(r"<(script|style|iframe|object|embed)\b.*?(?:</\1\s*>|\Z)", re.IGNORECASE | re.DOTALL)
_TAG: Final = re.compile(
    r"<!--.*?(?:-->|\Z)|</?[a-z][a-z0-9-]*(?:[\s/][^<>]*)?>|<[a-z][a-z0-9-]*[\s/][^<>=]*=[^<>]*\Z",
    re.IGNORECASE | re.DOTALL,
)
_LINK: Final = re.compile(
    r"(?:https?:)?//[^\s<>\"'()\[\]]+|\bwww\.[^\s<>\"'()\[\]]+|\b(?:javascript|vbscript|file):[^\s<>()]+|\bdata:\w+/[^\s<>()]+"
    r"|(?<![@\w.-])(?:[a-z0-9-]+\.)+[a-z]{2,}/[^\s<>\"'()\[\]]+",
    re.IGNORECASE,
)
_FORM: Final = re.compile(r"[</]|www\.|script:|file:", re.IGNORECASE)
"""What every link and tag has: without it there is nothing to take out."""
_PASSES: Final = 5


class AnswerRules(pulpo.Policy):
    """Takes markup and unknown links out of an answer, cuts it to ``longest`` characters, and refuses it when one of
    ``forbidden`` is in it.

    A link stays when its host, or a domain above it, is among ``hosts`` (``*``: any), when the user has it already,
    or when it is for everybody (see `known`). A question the user would then no longer see as it was asked is refused.
    ``personal`` has the last look.
    """

    name = "answer_rules"

    def __init__(
        self,
        *,
        longest: int,
        forbidden: Sequence[re.Pattern[str]] = (),
        hosts: Sequence[str] = (),
        html: bool = False,
        public_tools: Sequence[str] = (),
        personal: PersonalData | None = None,
    ) -> None:
        self._longest = longest
        self._forbidden = forbidden
        self._hosts = tuple(host.casefold().lstrip(".") for host in hosts)
        self._html = html
        self._public_tools = public_tools
        self._personal = personal

    async def check_answer(self, context: pulpo.PolicyContext, answer: str) -> pulpo.Verdict:
        """Apply the rules, one after the other."""
        formed = not self._forbidden and len(answer) <= self._longest and _FORM.search(answer) is None
        if formed and (self._personal is None or not pulpo.find_personal(answer)):
            return pulpo.ALLOW
        verdict = await self._form(context, answer)
        if self._personal is None or verdict.kind == "deny":
            return verdict
        kept = pulpo.localized(verdict.text, "") if verdict.kind == "rewrite" else answer
        personal = await self._personal.check(context, kept)
        if personal.kind == "allow":
            return verdict
        return replace(personal, reason="; ".join(filter(None, (verdict.reason, personal.reason))))

    async def _form(self, context: pulpo.PolicyContext, answer: str) -> pulpo.Verdict:
        for pattern in self._forbidden:
            if pattern.search(answer):
                return pulpo.deny(f"forbidden phrase: {pattern.pattern}")
        pending = context.dialogue.pending
        question = pending.summary if pending is not None and pending.summary in answer else ""
        reasons = []
        kept = answer if self._html or "<" not in answer else plain(answer)
        if kept != answer:
            reasons.append("markup")
        if foreign := await self._foreign(context, kept):
            gone = pulpo.localized(LINK_GONE, context.turn.locale)
            kept = _LINK.sub(lambda match: gone if _bare(match[0]) in foreign else match[0], kept)
            reasons.append(f"{len(foreign)} links")
        if question not in kept:
            return pulpo.deny(f"the question held {' and '.join(reasons)}")
        if len(kept) > self._longest:
            reasons.append(f"{len(kept)} characters")
            kept = shortened(kept, self._longest, question)
        return pulpo.rewrite(kept, reason=f"taken out: {', '.join(reasons)}") if reasons else pulpo.ALLOW

    async def _foreign(self, context: pulpo.PolicyContext, answer: str) -> set[str]:
        links = {_bare(match[0]) for match in _LINK.finditer(answer)}
        found = [link for link in links if not self._lists(link)]
        if not found:
            return set()
        return set(await unknown(found, context, public_tools=self._public_tools, told=_stands_in))

    def _lists(self, link: str) -> bool:
        host = host_of(link)
        return "*" in self._hosts or any(host == each or host.endswith(f".{each}") for each in self._hosts)


def plain(answer: str) -> str:
    """Return ``answer`` without tags, comments, and what stands inside active elements."""
    for _ in range(_PASSES):
        shorter = _TAG.sub("", _ACTIVE.sub("", answer))
        if shorter == answer:
            return answer
        answer = shorter
    # Tags that reveal tags again and again are an attack: no bracket survives it.
    return answer.replace("<", "")


def host_of(link: str) -> str:
    """Return the host that a browser would go to, or "" when the link is of another kind."""
    if re.match(r"(?:javascript|vbscript|file|data):", link, re.IGNORECASE):
        return ""
    # Browsers take a backslash for a slash: https://good\@evil goes to good, and Python would say evil.
    address = re.sub(r"^(?:https?:)?//", "", link, flags=re.IGNORECASE).replace("\\", "/")
    try:
        return (urlsplit(f"//{address}").hostname or "").rstrip(".")
    except ValueError:
        return ""


def shortened(answer: str, longest: int, question: str) -> str:
    """Cut ``answer`` to ``longest`` characters and keep the ``question`` that ends it, however long that is."""
    if not question:
        return f"{answer[: longest - 1].rstrip()}…"
    before = answer.replace(question, "").rstrip()
    return f"{before[: max(0, longest - len(question) - 3)].rstrip()}…\n\n{question}"


def _bare(link: str) -> str:
    return link.rstrip(".,;:!?")


def _stands_in(text: str, link: str) -> bool:
    # A whole link: that https://good.example/a was said does not make https://good.example/a?steal=1 known.
    return any(_bare(match[0]) == link for match in _LINK.finditer(text))
