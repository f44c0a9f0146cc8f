"""What was right and wrong with a dialogue: its end state, effects nobody asked for, leaks, and facts of its turns."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Literal, TypeAlias

from msgspec import Struct

from pulpo.contracts.tools import Result
from pulpo.conversation import Dialogue, Json
from pulpo.evaluation.cases import CallPattern, Case, EndCheck, Expect
from pulpo.evaluation.matching import holds, includes
from pulpo.evaluation.runner import Record
from pulpo.turns.request import TurnAnswer

Kind: TypeAlias = Literal["error", "missing", "unasked", "end", "leak", "turn"]


class Problem(Struct, frozen=True):
    """One thing that was not as expected; ``turn`` counts from 1, 0 is after the chat."""

    kind: Kind
    turn: int
    message: str


class Judgement(Struct, frozen=True):
    """A judged dialogue. ``facts`` counts the expectations about its turns, ``facts_right`` those that held."""

    record: Record
    problems: tuple[Problem, ...]
    facts: int
    facts_right: int

    @property
    def case(self) -> Case:
        return self.record.case

    @property
    def right(self) -> bool:
        """Whether it left the world as expected; where that cannot be seen, whether everything said was right."""
        ignored: tuple[Kind, ...] = ("leak", "turn") if self.record.inside else ()
        return not any(problem.kind not in ignored for problem in self.problems)

    def count(self, kind: Kind) -> int:
        """Return how many problems of a kind there are."""
        return sum(problem.kind == kind for problem in self.problems)


Finding: TypeAlias = tuple[bool, str]
"""Whether an expectation held, and what to say if it did not."""


def judge(record: Record) -> Judgement:
    """Compare what came of a dialogue with what was expected. A skipped one has no findings."""
    if record.skipped:
        return Judgement(record, (), 0, 0)
    facts = list(_facts(record))
    problems = [
        *([Problem("error", len(record.turns) + 1, record.error)] if record.error else []),
        *(_effects(record) if record.inside else ()),
        *_leaks(record),
        *(Problem("end", 0, message) for ok, message in _end(record) if not ok),
        *(Problem("turn", turn, message) for turn, (ok, message) in facts if not ok),
    ]
    return Judgement(record, tuple(problems), len(facts), sum(ok for _, (ok, _) in facts))


def _effects(record: Record) -> Iterator[Problem]:
    """Each effect must be the next expected one; what is left over on either side is a problem."""
    wanted = list(record.case.effects)
    for number, turn in enumerate(record.turns, start=1):
        for effect in turn.effects:
            match = next((each for each in wanted if _fits(effect.tool, effect.arguments, each)), None)
            if match is None:
                yield Problem("unasked", number, f"nobody asked for {_shown(effect.tool, effect.arguments)}")
            else:
                # An expected effect that was passed over did not happen in its place.
                position = wanted.index(match)
                yield from (_missing(each) for each in wanted[:position])
                del wanted[: position + 1]
    yield from map(_missing, wanted)


def _missing(wanted: CallPattern) -> Problem:
    return Problem("missing", 0, f"{_shown(wanted.tool, wanted.arguments)} was not done")


def _leaks(record: Record) -> Iterator[Problem]:
    for number, turn in enumerate(record.turns, start=1):
        for secret in record.case.secrets:
            if holds(turn.answer.reply, secret):
                yield Problem("leak", number, f"the reply tells {secret!r}")


def _facts(record: Record) -> Iterator[tuple[int, Finding]]:
    for number, (turn, expected) in enumerate(zip(record.turns, record.case.turns, strict=False), start=1):
        said = _of_answer(expected.expect, turn.answer)
        known = _of_dialogue(expected.expect, turn.dialogue) if record.inside else iter(())
        yield from ((number, finding) for finding in (*said, *known))


def _of_answer(expect: Expect, answer: TurnAnswer) -> Iterator[Finding]:
    yield answer.outcome == expect.outcome, f"the outcome is {answer.outcome!r}, not {expect.outcome!r}"
    for wanted in expect.reply_has:
        yield holds(answer.reply, wanted), f"the reply lacks {_choice(wanted)}"
    for unwanted in expect.reply_lacks:
        yield not holds(answer.reply, unwanted), f"the reply has {unwanted!r}"
    good = [call.tool for call in answer.tool_calls if call.outcome == "ok"]
    for name in expect.tools:
        yield name in good, f"{name} was not called"
    for call in expect.calls:
        made = any(_fits(each.tool, each.arguments, call) for each in answer.tool_calls)
        yield made, f"{_shown(call.tool, call.arguments)} was not called"


def _of_dialogue(expect: Expect, dialogue: Dialogue) -> Iterator[Finding]:
    pending = dialogue.pending
    if isinstance(expect.pending, bool):
        waits = "a call waits for a yes" if pending else "no call waits for a yes"
        yield (pending is not None) == expect.pending, waits
    elif expect.pending is not None:
        found = "nothing" if pending is None else _shown(pending.call.tool, pending.call.arguments)
        fits = pending is not None and _fits(pending.call.tool, pending.call.arguments, expect.pending)
        yield fits, f"{found} waits for a yes, not {_shown(expect.pending.tool, expect.pending.arguments)}"
    for name, value in expect.facts.items():
        known = dialogue.facts.get(name)
        yield (
            known is not None and includes(known.value, value),
            f"{name} is {known.value!r}, not {value!r}" if known else f"{name} is not known; expected {value!r}",
        )
    for name in expect.no_facts:
        yield name not in dialogue.facts, f"{name} is known, but nobody said it"


def _end(record: Record) -> Iterator[Finding]:
    for check, found in zip(record.case.end, record.end, strict=False):
        if found.error:
            yield False, f"{check.tool}: {found.error}"
        else:
            yield from _of_end(check, found.result)


def _of_end(check: EndCheck, result: Result) -> Iterator[Finding]:
    if check.value_has is not None:
        yield includes(result.value, check.value_has), f"{check.tool} returned {result.value!r}"
    for wanted in check.text_has:
        yield holds(result.text, wanted), f"{check.tool} lacks {_choice(wanted)}: {result.text!r}"
    for unwanted in check.text_lacks:
        yield not holds(result.text, unwanted), f"{check.tool} has {unwanted!r}: {result.text!r}"


def _fits(tool: str, arguments: dict[str, Json], pattern: CallPattern) -> bool:
    return tool == pattern.tool and includes(arguments, pattern.arguments)


def _shown(tool: str, arguments: dict[str, Json]) -> str:
    return f"{tool}({', '.join(f'{name}={value!r}' for name, value in arguments.items())})"


def _choice(wanted: str | Sequence[str]) -> str:
    return repr(wanted) if isinstance(wanted, str) else " or ".join(map(repr, wanted))
