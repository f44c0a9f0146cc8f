"""Reads who somebody is and how to reach them: e-mail addresses, phone numbers, names."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final

import pulpo
from pulpo_rules.acts import corrects, read_acts
from pulpo_rules.entities import Entity, emails, phones
from pulpo_rules.fields import Field
from pulpo_rules.people import addressed_names, bare_name, introduced_names, respelt_name, standing_names
from pulpo_rules.text import blank, tokens, words
from pulpo_rules.walk import Walk

_ENOUGH: Final = 2
"""Values of a tool by which a name beside them is its own."""
_FEWEST: Final = 6
"""Digits of the shortest number that is taken for a whole one where one was asked for."""
_USUAL: Final = 9
"""Digits by which nobody is waited for any more."""
_MOST: Final = 15
"""Digits of the longest number (ITU-T E.164)."""
_PIECE: Final = 2
"""Digits that go on with a number which may be whole: a single one is rather an hour."""
_AROUND: Final = frozenset(
    "el la es y and is it's the luego then despues mi my numero number vale ok si yes eh".split()
)
"""Words beside digits that tell nothing; "a las" and "at" would make an hour of them."""
_DIGITS: Final = re.compile(r"\+?\d[\d\s().-]{4,18}\d")


def addresses(walk: Walk) -> None:
    # An e-mail address that no tool takes is still no name.
    walk.take(walk.of_kind("email"), emails(walk.left))
    fields = walk.of_kind("phone")
    if fields:
        walk.take(
            fields, _goes_on(walk, fields) or phones(walk.left) or _spoken(walk.left) or _short_phone(walk, fields)
        )


def _short_phone(walk: Walk, fields: Iterable[Field]) -> list[Entity]:
    if not any(walk.asked(each) for each in fields):
        return []
    match = _DIGITS.search(walk.left)
    return [Entity(" ".join(match[0].split()), match.span())] if match else []


def _goes_on(walk: Walk, fields: Iterable[Field]) -> list[Entity]:
    """A number that is told in pieces: a message of nothing but digits begins it where one was asked for, and the next
    one goes on with it. What is no whole number yet is no day and no hour either."""
    begun, whole = walk.scene.begun, (0, len(walk.text))
    if not (begun or any(walk.asked(each) for each in fields)):
        return []
    said = _only_digits(walk.text)
    anew = said.startswith(begun) and len(said) > _FEWEST
    digits = said if anew or not said else begun + said
    if not said or len(digits) > _MOST or (begun and len(begun) >= _FEWEST and len(said) < _PIECE):
        return []
    walk.begun = digits if len(digits) < _USUAL else ""
    if len(digits) < _FEWEST:
        walk.used.append(whole)
        return []
    return [Entity(digits, whole)] if begun and not anew else []


def _only_digits(text: str) -> str:
    """The digits of a text that says nothing else, typed or in words."""
    pieces = pulpo.spoken_numbers(text, fewest_digits=1, fewest_words=1)
    rest = words(blank(text, [each.span for each in pieces]))
    return "".join(each.digits for each in pieces) if _AROUND.issuperset(rest) else ""


def names(walk: Walk) -> None:
    """Read names that are introduced, or are the answer to the question for one."""
    fields = walk.of_kind("person")
    if any(walk.asked(each) for each in fields):
        walk.take(fields, _answered_name(walk))
    elif fields:
        walk.take(fields, introduced_names(walk.left) or _respelt(walk, fields))


def _respelt(walk: Walk, fields: Iterable[Field]) -> list[Entity]:
    """A name that is known already, spelt anew."""
    known = [walk.scene.filled[each.name] for each in fields if each.name in walk.scene.filled]
    again = respelt_name(walk.left, known[0]) if known and isinstance(known[0], str) else None
    return [again] if again else []


def _answered_name(walk: Walk) -> list[Entity]:
    """Nearly anything of a few words is a name when one was asked for, but no act and nothing else that is read."""
    if pulpo.read_consent(walk.text) is not None or read_acts(walk.text).whole is not None:
        return []
    answer = bare_name(walk.left, known=walk.scene.known)
    return [answer] if answer and not _is_something_else(walk, answer) else []


def _is_something_else(walk: Walk, answer: Entity) -> bool:
    said = tokens(walk.text[slice(*answer.span)])
    if sum(walk.text[answer.span[0] + token.start].isupper() for token in said) > 1:
        return False
    if all(walk.is_listed(token, optional=False) for token in said):
        return True
    return answer.span[0] > 0 and any(
        reading is not None and any(start <= answer.span[0] and answer.span[1] <= end for start, end in reading.spans)
        for reading in (walk.hear(walk.left, reader) for reader in walk.readers())
    )


def standing(walk: Walk) -> None:
    """Read a name that nobody introduces, where one is missing or other values of such a tool are given."""
    fields = [each for each in walk.of_kind("person") if (each.tool, each.name) not in walk.found]
    if fields:
        near = [span for each in walk.of_kind("phone") for span in walk.spans_of(each)]
        walk.take(
            fields,
            standing_names(
                walk.left,
                phones=near,
                known=walk.scene.known,
                taken=lambda token, optional: walk.is_listed(token, optional=optional),
                wanted=any(_is_wanted(walk, each) for each in fields),
            ),
        )


def _is_wanted(walk: Walk, each: Field) -> bool:
    if each.tool == walk.scene.goal:
        # Who says "no, …" to what was shown may well mean the name in it.
        return each.name not in walk.scene.filled or corrects(words(walk.text))
    return sum(tool == each.tool for tool, _ in walk.found) >= _ENOUGH


def addressees(walk: Walk) -> None:
    """A name after "para", "for", "a" or "to", for tools that have no other use for such words; a tool that needs
    nothing but a name takes any."""
    needed: dict[str, list[str]] = {}
    for each in walk.fields:
        if each.required:
            needed.setdefault(each.tool, []).append(each.kind)
    for each in walk.of_kind("person"):
        kinds = needed.get(each.tool, [])
        if "text" not in kinds and (each.tool, each.name) not in walk.found:
            anywhere = kinds == ["person"]
            # Whoever is listed for another tool may be addressed all the same.
            left = _left_but_for_lists(walk) if anywhere else walk.left
            walk.take([each], addressed_names(left, known=walk.scene.known, anywhere=anywhere))


def _left_but_for_lists(walk: Walk) -> str:
    listed = {span for each in walk.of_kind("choice") for span in walk.spans_of(each)}
    return blank(walk.text, [span for span in walk.used if span not in listed])


def _spoken(text: str) -> list[Entity]:
    return [Entity(each.digits, each.span) for each in pulpo.spoken_numbers(text)]
