"""How a chat looks in a terminal: prompts, answers, tool calls, and what to type."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import AbstractContextManager, suppress
from typing import TYPE_CHECKING

from rich.console import Console
from rich.markup import escape
from rich.padding import Padding
from rich.text import Text

from pulpo.conversation import localized

if TYPE_CHECKING:
    from pulpo.turns.request import CallReport, TurnAnswer

WELCOME = {
    "es": "Escribe un mensaje y pulsa Intro. Ctrl-D para salir.",
    "en": "Type a message and press Enter. Ctrl-D to leave.",
}
YOU = {"es": "tú", "en": "you"}
THINKING = {"es": "pensando…", "en": "thinking…"}
BYE = {"es": "¡Hasta pronto!", "en": "See you soon!"}

LONGEST = 60
"""Characters of one argument shown; the rest is for `--json`."""


class Terminal:
    """One chat on a screen, or on pipes: then answers alone go to standard output, everything else to the other."""

    def __init__(self, locale: str) -> None:
        self.locale = locale
        self.interactive = sys.stdin.isatty() and sys.stdout.isatty()
        self._answers = Console(highlight=False, soft_wrap=not self.interactive)
        self._aside = self._answers if self.interactive else Console(highlight=False, soft_wrap=True, stderr=True)

    def lines(self) -> Iterator[str]:
        """Yield what the user types, until Ctrl-D or Ctrl-C; empty lines are passed over."""
        with suppress(KeyboardInterrupt, EOFError):
            for line in self._typed() if self.interactive else sys.stdin:
                if text := line.strip():
                    yield text

    def thinking(self) -> AbstractContextManager[object]:
        """Show that an answer is on its way."""
        return self._aside.status(f"[dim]{localized(THINKING, self.locale)}[/]", spinner="dots")

    def answer(self, answer: TurnAnswer) -> None:
        """Show an answer and, dimly, the tool calls behind it."""
        for call in answer.tool_calls:
            self._aside.print(_call(call), style="dim")
        if self.interactive:
            self._answers.print(Padding(Text(answer.reply), (0, 0, 1, 2)))
        else:
            self._answers.print(Text(answer.reply))

    def problem(self, message: str) -> None:
        """Show that a message was not answered, and why."""
        self._aside.print(Text(f"! {message}", style="red"))

    def bye(self) -> None:
        """End a chat of a person."""
        if self.interactive:
            self._answers.print(f"\n[dim]{localized(BYE, self.locale)}[/]")

    def _typed(self) -> Iterator[str]:
        prompt = self._prompt()
        self._answers.print(f"[bold]PulpoAI[/] [dim]{localized(WELCOME, self.locale)}[/]\n")
        while True:
            yield input(prompt)

    def _prompt(self) -> str:
        you = f"{localized(YOU, self.locale)} › "
        try:
            import readline  # noqa: F401 - importing it gives `input` line editing and history
        except ImportError:
            return you
        # Between 1 and 2 stands what has no width: without these marks, history is drawn over the prompt.
        return f"\001\033[1;36m\002{you}\001\033[0m\002" if self._answers.color_system else you


def _call(call: CallReport) -> str:
    arguments = ", ".join(f"{name}={_short(value)}" for name, value in call.arguments.items())
    colour = "green" if call.outcome == "ok" else "yellow"
    return f"  · {escape(f'{call.tool}({arguments})')} [{colour}]{call.outcome}[/] {call.duration_ms:.0f} ms"


def _short(value: object) -> str:
    text = str(value)
    return text if len(text) <= LONGEST else text[: LONGEST - 1] + "…"
