"""What a user may send."""

from __future__ import annotations

import pulpo

TOO_LONG = {
    "es": "Ese mensaje es demasiado largo (máximo {limit} caracteres). ¿Me lo resumes?",
    "es-AR": "Ese mensaje es demasiado largo (máximo {limit} caracteres). ¿Me lo resumís?",
    "en": "That message is too long (at most {limit} characters). Could you shorten it?",
}


class MessageSize(pulpo.Policy):
    """Refuses messages longer than ``limit`` characters, whatever door they came through."""

    name = "message_size"

    def __init__(self, *, limit: int) -> None:
        self._limit = limit
        self._text = {language: text.format(limit=limit) for language, text in TOO_LONG.items()}

    async def check_message(self, context: pulpo.PolicyContext) -> pulpo.Verdict:
        """Compare the message's length with the limit."""
        length = len(context.turn.text)
        if length <= self._limit:
            return pulpo.ALLOW
        return pulpo.deny(f"message of {length} characters, {self._limit} allowed", text=self._text)
