"""Other people's data in an answer: taken out, whoever put it there. The user's own is theirs to see."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Final

import pulpo
from pulpo_guardrails.known import unknown
from pulpo_guardrails.names import fits

LABELS: Final[Mapping[str, Mapping[str, str]]] = {
    "key": {"es": "[clave]", "en": "[key]"},
    "token": {"es": "[token]", "en": "[token]"},
    "e-mail": {"es": "[correo]", "en": "[e-mail]"},
    "iban": {"es": "[cuenta]", "en": "[account]"},
    "id": {"es": "[documento]", "en": "[ID number]"},
    "card": {"es": "[tarjeta]", "en": "[card]"},
    "phone": {"es": "[teléfono]", "en": "[phone]"},
}

NOT_YOURS: Final = {
    "es": "Eso llevaría datos que no me has dado tú, así que no lo hago. Dímelos y lo preparo.",
    "es-AR": "Eso llevaría datos que no me diste vos, así que no lo hago. Decímelos y lo preparo.",
    "en": "That would use details you have not given me, so I won't. Tell me yours and I'll prepare it.",
}


class PersonalData:
    """Replaces keys, e-mail addresses, telephone, card, account and identity numbers by their kind.

    What the user wrote or has been told stays, as does what is for everybody: results of ``public_tools`` (patterns of
    names) and what ``shown`` lists (a number, an address, or a pattern such as ``*@example.com``). A question whose yes
    would use such data is not asked at all.
    """

    def __init__(self, *, shown: Sequence[str] = (), public_tools: Sequence[str] = ()) -> None:
        self._patterns = [each.casefold() for each in shown]
        self._shown = "\n".join(shown)
        self._public_tools = public_tools

    async def check(self, context: pulpo.PolicyContext, answer: str) -> pulpo.Verdict:
        """Look for data, and find out whose it is."""
        found = pulpo.find_personal(answer)
        if not found:
            return pulpo.ALLOW
        found = tuple(each for each in found if not self._may_be_shown(each))
        foreign = await unknown(found, context, public_tools=self._public_tools, told=_tells)
        if not foreign:
            return pulpo.ALLOW
        kinds = Counter(each.kind for each in foreign)
        reason = "not the user's own: " + ", ".join(f"{count} {kind}" for kind, count in sorted(kinds.items()))
        pending = context.dialogue.pending
        if pending is not None and any(each.text in pending.summary for each in foreign):
            return pulpo.deny(reason, text=NOT_YOURS)
        return pulpo.rewrite(without(answer, foreign, context.turn.locale), reason=reason)

    def _may_be_shown(self, finding: pulpo.Finding) -> bool:
        return pulpo.tells(self._shown, finding.text) or fits(finding.text.casefold(), self._patterns)


def without(answer: str, findings: Iterable[pulpo.Finding], locale: str) -> str:
    """Return ``answer`` with each of ``findings`` replaced by its kind."""
    for each in sorted(findings, key=lambda it: it.start, reverse=True):
        label = pulpo.localized(LABELS[each.kind], locale)
        answer = answer[: each.start] + label + answer[each.start + len(each.text) :]
    return answer


def _tells(text: str, finding: pulpo.Finding) -> bool:
    return pulpo.tells(text, finding.text)
